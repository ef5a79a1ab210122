// What the function takes on trust: the members of a document, looked at before they are deployed.

/** A document that the function cannot work with; the message says what would be right, and never a secret. */
export class DocumentFault extends Error {}

const STATES = [undefined, 'active', 'accept', 'retired'];
const MODES = ['required', 'optional', 'public', 'report'];

function must(holds, where, right) {
  if (!holds) throw new DocumentFault(`${where}: ${right}`);
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isPatterns = (value) => Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');

/**
 * @param {any} document what `countersign edge config` prints, parsed
 * @throws {DocumentFault}
 */
export function checkDocument(document) {
  must(isObject(document), 'the document', 'is no object');
  if (document.version !== 1) {
    throw new DocumentFault(`the document has version ${JSON.stringify(document.version)}; this program knows version 1`);
  }
  if (!Array.isArray(document.sites) || document.sites.length === 0) {
    throw new DocumentFault('the document has no sites');
  }
  document.sites.forEach((told, place) => {
    checkSite(told, `sites[${place}]`);
    must(told.hosts?.length || document.sites.length === 1, `sites[${place}].hosts`, 'is empty, which means any host; so it can be the only site');
  });
}

function checkSite(told, where) {
  must(isObject(told) && isObject(told.site), `${where}.site`, 'is missing');
  must(typeof told.site.name === 'string', `${where}.site.name`, 'is missing');
  must(Array.isArray(told.keys), `${where}.keys`, 'is no list');
  told.keys.forEach((key, place) => checkKey(key, `${where}.keys[${place}]`));
  const policy = told.site.policy ?? [];
  must(Array.isArray(policy), `${where}.site.policy`, 'is no list');
  policy.forEach((rule, place) => {
    must(MODES.includes(rule?.mode), `${where}.site.policy[${place}].mode`, `is none of ${MODES.join(', ')}`);
    must(isPatterns(rule.paths), `${where}.site.policy[${place}].paths`, 'is no list of patterns (docs/TOKEN.md §3)');
  });
}

function checkKey(key, where) {
  must(isObject(key) && typeof key.kid === 'string', `${where}.kid`, 'is missing');
  must(STATES.includes(key.state), `${where}.state`, 'is none of active, accept, retired');
  must(['HS256', 'EdDSA'].includes(key.alg), `${where}.alg`, 'is none of HS256, EdDSA');
  must(key.paths === undefined || key.paths === null || isPatterns(key.paths), `${where}.paths`, 'is no list of patterns (docs/TOKEN.md §3)');
  if (key.alg !== 'HS256' || key.state === 'retired') return;
  must(key.secret !== undefined, `${where}.secret`, 'is missing; write the document with --with-secrets (that of --target cloudflare has none)');
  must(/^(?:[0-9a-f]{2}){32,128}$/.test(key.secret), `${where}.secret`, 'is not 32–128 bytes of lower-case hexadecimal');
}
