// What the handlers decide by: the configured module, and what of the document the module does not keep.
import { Edge } from '../../js/edge.js';
import { mayBeSet } from './headers.mjs';

/**
 * @typedef {object} Validator
 * @property {Edge} edge
 * @property {Map<string, { allowed_origins: string[], allow_credentials: boolean, max_age: number }>} cors by site
 */

/**
 * Compiled and configured at once: a function's start has no later moment that costs less.
 * @param {Uint8Array} module
 * @param {string} text the document of `countersign edge config`
 * @returns {Validator}
 * @throws {import('../../js/errors.js').ConfigError}
 */
export function validator(module, text) {
  const edge = new Edge(new WebAssembly.Module(module)).configure(text);
  for (const { name, header } of edge.sites) {
    if (!mayBeSet(header)) throw new Error(`the site ${name} has its tokens in ${header}, a header that CloudFront keeps from functions`);
  }
  // After `configure`, this is known to be JSON.
  const cors = JSON.parse(text).sites.map(({ site, cors }) => [site.name, cors ?? { allowed_origins: [] }]);
  return { edge, cors: new Map(cors) };
}
