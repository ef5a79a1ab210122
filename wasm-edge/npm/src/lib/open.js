import { load } from './edge.js';

/** `createEdge` over a build of the module, which is compiled once, when it is first asked for. */
export function opener(compile) {
  let module = null;
  return async (document) => {
    module ??= Promise.resolve(compile());
    const edge = await load(await module);
    return document === undefined ? edge : edge.configure(document);
  };
}
