// A whole site, out of the document of an edge (docs/EDGE.md): its names, keys, policy and revocations.
import { Fault } from './fault.js';
import { hostOf } from './form.js';

/**
 * The site that a text is of: the one that is named, else the one of the URL's host, else the only one.
 * @param {string} document what `countersign edge config` prints
 * @param {string} text what was pasted
 * @param {string} name of the site; empty: not given
 * @returns {{ site: object, keys: object[], isDocument: true }} an entry of `sites`
 * @throws {Fault} never with a part of the document: it may be a secret
 */
export function siteOf(document, text, name) {
  const sites = parsed(document);
  const [base] = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*/.exec(text.trim()) ?? [''];
  const [host, bare] = [base.replace(/^[^/]*\/\//, '').toLowerCase(), hostOf(base).toLowerCase()];
  const has = ({ hosts }, one) => Array.isArray(hosts) && hosts.some((own) => String(own).toLowerCase() === one);
  const found = name !== '' ? sites.find(({ site }) => site.name === name)
    : sites.find((entry) => has(entry, host)) ?? sites.find((entry) => has(entry, bare)) ?? (sites.length === 1 ? sites[0] : undefined);
  if (found === undefined) {
    const names = sites.map(({ site }) => site.name).join(', ');
    throw new Fault('site', `The document has no ${name === '' ? 'site of that host' : 'such site'}; it has ${names}. Give one here.`);
  }
  const { site } = found;
  return { ...found, isDocument: true, site: { ...site, param: site.param ?? 'cs', header: site.header ?? 'countersign', cookie: site.cookie ?? 'cs' } };
}

function parsed(text) {
  let document;
  try {
    document = JSON.parse(text);
  } catch {
    // The parser's message may quote a secret.
    throw new Fault('document', 'Is no JSON. Paste all that `countersign edge config` prints.');
  }
  const sites = document?.sites;
  const isOne = (entry) => typeof entry?.site?.name === 'string' && Array.isArray(entry.keys);
  if (document?.version !== 1 || !Array.isArray(sites) || sites.length === 0 || !sites.every(isOne)) {
    throw new Fault('document', 'Is no document of version 1 with sites and keys. Paste what `countersign edge config` prints.');
  }
  return sites;
}
