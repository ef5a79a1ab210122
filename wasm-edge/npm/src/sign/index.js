// Signing through WebCrypto: the text of docs/TOKEN.md, byte for byte as the origin's signer writes it.
import { SignError } from './errors.js';
import { FIELDS, MAX_LIST } from './fields.js';
import { readKey, signature } from './keys.js';
import { checkReachable } from './never.js';
import { isCanonical } from './patterns.js';
import { signedBytes } from './signed.js';
import { readSite } from './site.js';
import { base64url, binary, escape, isUnicode, percentEncoded, written } from './text.js';

export { SignError } from './errors.js';
export { signingKey } from './keys.js';

const MAX_TOKEN_BYTES = 2048;
const SIGNATURE_CHARACTERS = { HS256: 43, EdDSA: 86 };

/**
 * Signs a grant. Gives the token's text.
 * @param {import('../sign.d.ts').Grant} grant
 * @param {import('../sign.d.ts').SignOptions} options
 * @returns {Promise<string>}
 * @throws {SignError}
 */
export async function sign(grant, options) {
  const site = readSite(options.site);
  const key = readKey(options.key, options.private);
  const terms = readGrant(grant);
  const path = readPath(options.path, terms);
  const text = textOf({ ...terms, kid: key.kid });
  const bytes = text.length + '~sig='.length + SIGNATURE_CHARACTERS[key.alg];
  if (bytes > MAX_TOKEN_BYTES) {
    throw new SignError('grant', `the token would have ${bytes} bytes; ${MAX_TOKEN_BYTES} are the most`);
  }
  checkNames(terms, site);
  checkReachable(terms, path, site, key);
  const signed = signedBytes(site, text, terms, path, options.query ?? {}, options.headers ?? {});
  return `${text}~sig=${base64url(await signature(key, signed))}`;
}

/**
 * Signs a grant and puts the token into a URL.
 * @param {import('../sign.d.ts').Grant} grant
 * @param {import('../sign.d.ts').SignUrlOptions} options
 * @returns {Promise<string>}
 * @throws {SignError}
 */
export async function signUrl(grant, options) {
  const carrier = options.carrier ?? 'query';
  if (carrier !== 'query' && carrier !== 'path') throw new SignError('carrier', 'query or path');
  if (options.path === undefined) throw new SignError('path', 'the path of the URL');
  const token = await sign(grant, options);
  const { param } = readSite(options.site);
  const base = String(options.baseUrl ?? '').replace(/\/$/, '');
  const query = Object.entries(options.query ?? {}).filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`);
  // A segment holds no "/", and a token no "@": so the one stands for the other.
  const segment = carrier === 'path' ? `/${param}=${token.replaceAll('/', '@')}` : '';
  if (carrier === 'query') query.push(`${param}=${token}`);
  return base + segment + written(options.path) + (query.length > 0 ? `?${query.join('&')}` : '');
}

/** A member that is `undefined` is absent; `kid` is the key's. */
function readGrant(grant) {
  if (typeof grant !== 'object' || grant === null) throw new SignError('grant', 'an object with exp');
  const terms = Object.fromEntries(Object.entries(grant).filter(([, value]) => value !== undefined));
  for (const name of Object.keys(terms)) {
    if (name === 'kid' || !FIELDS.some(([known]) => known === name)) throw new SignError(name, 'no field of a grant');
  }
  for (const [name, kind, allows, rule] of FIELDS) {
    if (!Object.hasOwn(terms, name)) continue;
    const value = terms[name];
    const isKind = kind === 'list' ? Array.isArray(value) && value.length > 0 && value.length <= MAX_LIST : true;
    if (!isKind || !allows(value)) throw new SignError(name, rule);
  }
  if (terms.exp === undefined) throw new SignError('exp', 'is missing; a time in Unix seconds');
  if (terms.uses !== undefined && terms.jti === undefined) throw new SignError('uses', 'needs jti');
  return terms;
}

/** Decoded; as text of a character a byte. */
function readPath(path, terms) {
  if (path === undefined && terms.path === undefined) throw new SignError('path', 'a token needs a path, or patterns of paths');
  if (path === undefined) return '/';
  if (!isUnicode(path) || !isCanonical(binary(path))) {
    throw new SignError('path', 'starts with "/", is UTF-8 of at most 1,024 bytes, decoded, and has no empty, "." or ".." segment, no "\\" and no control character');
  }
  return binary(path);
}

function textOf(terms) {
  const value = (kind, name) => {
    if (kind === 'number') return String(terms[name]);
    if (kind === 'text') return escape(terms[name]);
    return terms[name].map((member) => (name === 'path' ? member : escape(member))).join('!');
  };
  return '1' + FIELDS.filter(([name]) => terms[name] !== undefined)
    .map(([name, kind]) => `~${name}=${value(kind, name)}`).join('');
}

/** The site's own parameter and header hold the signature, so they are never signed. */
function checkNames({ qs, hdr }, { param, header }) {
  if (qs?.includes(param)) throw new SignError('qs', "the token's own parameter is never signed");
  if (hdr?.includes(header)) throw new SignError('hdr', "the token's own header is never signed");
}
