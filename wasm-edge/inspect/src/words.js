// What a token's fields say, in plain words.
import { FIELDS } from '../../npm/src/sign/fields.js';
import { moment } from './times.js';

/** Name → what it is about. */
export const LABELS = {
  kid: 'key', exp: 'valid until', nbf: 'valid from', iat: 'issued', path: 'for the paths', ip: 'only for addresses',
  geo: 'only for countries', method: 'for the methods', qs: 'query parameters that are signed', hdr: 'headers that are signed',
  jti: "the token's id", sub: 'user', sid: 'session', uses: 'how many uses', ver: "the object's version",
  cd: 'how it is saved', ct: 'media type', bps: 'bytes a second', data: 'for the access log', sig: 'signature',
};

const TIMES = ['exp', 'nbf', 'iat'];
export const kindOf = (name) => (TIMES.includes(name) ? 'time' : FIELDS.find(([known]) => known === name)?.[1]);

/** One field of a token that was read. */
export function told({ name, raw, value }, now) {
  if (value === undefined) return raw;
  if (name === 'exp' && value <= now) return `${moment(value, now)}: it has expired`;
  if (kindOf(name) === 'time') return moment(value, now);
  if (name === 'path') return patterns(value);
  if (name === 'geo' && value[0].startsWith('-')) return `all but ${value.map((code) => code.slice(1)).join(', ')}`;
  if (name === 'method' && value.includes('GET') && !value.includes('HEAD')) return `${value.join(', ')} (and HEAD)`;
  return Array.isArray(value) ? value.join(', ') : String(value);
}

function patterns(members) {
  const [out, inside] = [members.filter((one) => one.startsWith('-')), members.filter((one) => !one.startsWith('-'))];
  return inside.join(', ') + (out.length === 0 ? '' : `, but not ${out.map((one) => one.slice(1)).join(', ')}`);
}

/** What holds where a field is absent, of those where it is worth saying. */
export const DEFAULTS = { path: "exactly the URL's own path, which is signed", method: 'GET (and HEAD)' };

export function signatureTold(signature) {
  const kind = { 43: '32 bytes, as HS256 has', 86: '64 bytes, as EdDSA has' }[signature.length];
  return kind ?? `${signature.length} characters`;
}
