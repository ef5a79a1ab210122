// Fields that a link to this page brings along, behind "#", which no browser sends anywhere:
// `inspect.html#text=https%3A%2F%2F…&site=demo`. Never a key: a link is kept and passed on.
import { byId } from './form.js';

const FIELDS = ['text', 'site', 'path', 'method', 'client', 'country', 'at', 'param', 'header', 'cookie'];

/** Puts them in, and takes them out of the address. @returns {boolean} whether there is a text to inspect */
export function readLink() {
  const brought = new URLSearchParams(location.hash.slice(1));
  for (const id of FIELDS) {
    if (brought.has(id)) byId(id).value = brought.get(id);
  }
  if (location.hash !== '') history.replaceState(null, '', location.href.split('#')[0]);
  return brought.has('text');
}
