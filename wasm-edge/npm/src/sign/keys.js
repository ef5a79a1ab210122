// Keys (docs/TOKEN.md §6), their checks and their use through WebCrypto.
import { SignError } from './errors.js';
import { isPatternList } from './patterns.js';
import { fromHex, isName } from './text.js';

/** RFC 8410: what stands before the 32 bytes of a private key in its PKCS #8 form. */
const PKCS8 = fromHex('302e020100300506032b657004220420');

/** Checks a key for signing. `private` is beside the key's members, or among them. */
export function readKey(key, privateHex) {
  if (typeof key !== 'object' || key === null) throw new SignError('key', 'an object: kid, alg, secret or public');
  if (typeof key.kid !== 'string' || !isName(key.kid, 32)) throw new SignError('kid', '1–32 of A-Z a-z 0-9 . _ -');
  if (key.alg !== 'HS256' && key.alg !== 'EdDSA') throw new SignError('key.alg', 'HS256 or EdDSA');
  const state = key.state ?? 'active';
  if (state !== 'active') throw new SignError('key.state', 'the key is not active, so it does not sign');
  const time = (member) => {
    const value = key[member] ?? null;
    if (value !== null && (!Number.isSafeInteger(value) || value < 0)) throw new SignError(`key.${member}`, 'Unix seconds');
    return value;
  };
  const paths = key.paths ?? null;
  if (paths !== null && !(Array.isArray(paths) && paths.length > 0 && isPatternList(paths))) {
    throw new SignError('key.paths', 'patterns such as /a/**, at least one without a leading "-"');
  }
  const material = key.alg === 'HS256' ? secretOf(key) : pairOf(key, privateHex ?? key.private);
  return { kid: key.kid, alg: key.alg, from: time('from'), until: time('until'), paths, ...material };
}

function secretOf(key) {
  const secret = fromHex(key.secret);
  if (secret === null || secret.length < 32 || secret.length > 128) {
    throw new SignError('key.secret', '32–128 bytes of lower-case hexadecimal');
  }
  return { secret };
}

function pairOf(key, privateHex) {
  const [open, closed] = [fromHex(key.public), fromHex(privateHex)];
  if (open?.length !== 32) throw new SignError('key.public', '32 bytes of lower-case hexadecimal');
  if (closed?.length !== 32) throw new SignError('private', '32 bytes of lower-case hexadecimal, the private half of the key');
  return { open, closed };
}

/** The signature of the bytes. */
export async function signature(key, bytes) {
  const { subtle } = globalThis.crypto;
  if (key.alg === 'HS256') {
    const imported = await subtle.importKey('raw', key.secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    return new Uint8Array(await subtle.sign('HMAC', imported, bytes));
  }
  const closed = await subtle.importKey('pkcs8', Uint8Array.from([...PKCS8, ...key.closed]), 'Ed25519', false, ['sign']);
  const signed = new Uint8Array(await subtle.sign('Ed25519', closed, bytes));
  // Under a public key that is not its own, a private key's signature never holds.
  const holds = await subtle.importKey('raw', key.open, 'Ed25519', false, ['verify'])
    .then((open) => subtle.verify('Ed25519', open, signed, bytes), () => false);
  if (!holds) throw new SignError('private', 'the private key does not belong to the public key');
  return signed;
}

/** The key that signs at a time: active, in its dates, with the latest `from`; of several, the last. */
export function signingKey(keys, now = Math.floor(Date.now() / 1000)) {
  const from = (key) => key.from ?? -1;
  const usable = (key) => (key.state ?? 'active') === 'active' && from(key) <= now && now < (key.until ?? Infinity);
  return keys.filter(usable).reduce((latest, key) => (latest !== null && from(latest) > from(key) ? latest : key), null);
}
