// What the module refuses, in words: ABI.md has the numbers.
import { ConfigError, RequestError } from './errors.js';

const PATTERNS = 'not a list of patterns (docs/TOKEN.md §3)';

/** Number → [member, message]; `@` stands for the place of the key or rule. */
const CONFIG = {
  [-1]: ['', 'is not laid out as this module reads it: loader and module are of different versions'],
  [-2]: ['', 'is too long: at most 128 KiB, and 24 KiB of keys'],
  [-3]: ['sites', 'is empty'],
  [-4]: ['sites', 'has more than 16'],
  [-5]: ['keys', 'are more than 64 in all sites'],
  [-6]: ['site.policy', 'has more than 256 rules in all sites'],
  [-10]: ['site.name', 'is not 1–64 of A-Z a-z 0-9 . _ -'],
  [-11]: ['site.param', 'is not 1–64 of A-Z a-z 0-9 . _ -'],
  [-12]: ['site.header', 'is not 1–64 characters of an HTTP token, or is Host, Cookie or Authorization'],
  [-13]: ['site.cookie', 'is not 1–64 of A-Z a-z 0-9 . _ -, or has "__Host-" or "__Secure-" in front'],
  [-14]: ['site.policy[@].paths', PATTERNS],
  [-20]: ['keys[@].kid', 'is not 1–32 of A-Z a-z 0-9 . _ -'],
  [-21]: ['keys[@].secret', 'is not lower-case hexadecimal'],
  [-22]: ['keys[@].secret', 'is not 32–128 bytes'],
  [-23]: ['keys[@].public', 'is not 32 bytes of lower-case hexadecimal'],
  [-24]: ['keys[@].public', 'is no canonical Ed25519 point of large order'],
  [-25]: ['keys[@].alg', 'is not known to this build: EdDSA needs countersign-edge.wasm, not -hs256'],
  [-26]: ['keys[@].paths', PATTERNS],
  [-30]: ['keys', 'has none that is "active" or "accept"'],
  [-31]: ['keys[@].kid', 'stands twice'],
  [-32]: ['keys[@].secret', "is another key's too"],
};

/** @param {number} code @param {number} site @param {number} item */
export function configError(code, site, item) {
  const [member, message] = CONFIG[code] ?? ['', `is refused with ${code}`];
  const whole = member === '' || member === 'sites';
  return new ConfigError(whole ? member : `sites[${site}].${member.replace('@', String(item))}`, message);
}

const tooLarge = 'method, target and header lines are at most 64 KiB and 250 lines';

/** @param {number} code */
export function requestError(code) {
  switch (code) {
    case -1: return new RequestError('not_configured', 503, 'configure() has not been called');
    case -4: return new RequestError('request_too_large', 431, tooLarge);
    default: return new RequestError('bad_request', 400, `the request is refused with ${code}`);
  }
}

export function requestTooLarge() {
  return new RequestError('request_too_large', 431, tooLarge);
}
