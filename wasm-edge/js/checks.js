// Checks of a configuration document's values; each says which member is at fault.
import { ConfigError } from './errors.js';

/** Of a list or an object only its kind, as a secret may stand in it. */
function show(value) {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : JSON.stringify(value) ?? String(value);
}

/** In the place of a list or an object a text may be a secret. */
const kind = (value) => (typeof value === 'string' ? 'a text' : show(value));

/** An object that is no list. */
export function object(value, where) {
  if (value === undefined) throw new ConfigError(where, 'is missing');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError(where, `${kind(value)} is no object`);
  }
  return value;
}

/** A list; one that is absent is empty. */
export function list(value, where) {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new ConfigError(where, `${kind(value)} is no list`);
  return value;
}

/** Text without lone surrogates. */
export function text(value, where) {
  if (typeof value !== 'string') throw new ConfigError(where, `${show(value)} is no text`);
  if (/[\ud800-\udfff]/u.test(value)) throw new ConfigError(where, 'is no Unicode text');
  return value;
}

/** A list of texts. */
export function texts(value, where) {
  return list(value, where).map((member, place) => text(member, `${where}[${place}]`));
}

/** A whole number that is not negative. */
export function number(value, where) {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new ConfigError(where, `${show(value)} is no whole number of 0 or more`);
  }
  return value;
}

/** A number that may be absent. */
export function optional(value, where) {
  return value === undefined || value === null ? null : number(value, where);
}

/** True or false. */
export function boolean(value, where) {
  if (typeof value !== 'boolean') throw new ConfigError(where, `${show(value)} is neither true nor false`);
  return value;
}

/** The place of a word in its list. */
export function word(value, words, where) {
  const place = words.indexOf(value);
  if (place < 0) throw new ConfigError(where, `${show(value)} is none of ${words.join(', ')}`);
  return place;
}

/** Patterns as a token carries them; `null` where they are absent. */
export function patterns(value, where) {
  if (value === undefined || value === null) return null;
  const members = texts(value, where);
  if (members.length === 0) throw new ConfigError(where, 'is empty; leave it out instead');
  const odd = members.findIndex((member) => member === '' || member.includes('!'));
  if (odd >= 0) throw new ConfigError(`${where}[${odd}]`, `${show(members[odd])} is no pattern`);
  return members.join('!');
}
