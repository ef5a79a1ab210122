// Text, bytes and the token's escapes (docs/TOKEN.md §1).

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes of a name: site, parameter, cookie, `kid`, `jti`, `sid`. */
export const isName = (text, most) => text.length <= most && /^[A-Za-z0-9._-]+$/.test(text);

/** Whether a value is a string of whole characters: half a surrogate pair has no UTF-8. */
export const isUnicode = (value) => typeof value === 'string' && !/[\ud800-\udfff]/u.test(value);

export const utf8 = (text) => encoder.encode(text);

/** A byte as a character each, so that bytes can be compared and cut as text is. */
export function binary(text) {
  let bytes = '';
  for (const byte of utf8(text)) bytes += String.fromCharCode(byte);
  return bytes;
}

/** Whether bytes, a character each, are UTF-8. */
export function isUtf8(bytes) {
  try {
    decoder.decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
    return true;
  } catch {
    return false;
  }
}

/** The page's *text*, unescaped: 1 to `most` bytes without controls. */
export function isText(value, most) {
  return isUnicode(value) && value !== '' && !/[\u0000-\u001f\u007f]/.test(value) && utf8(value).length <= most;
}

const hex = (byte) => byte.toString(16).toUpperCase().padStart(2, '0');

/** Every byte that is not bare as `~XX`. */
export function escape(value) {
  return binary(value).replace(/[^A-Za-z0-9\-._/:]/g, (byte) => `~${hex(byte.charCodeAt(0))}`);
}

/** A path as a URL's: every byte outside `A-Za-z0-9-._~/` as `%XX`. */
export function written(path) {
  return binary(path).replace(/[^A-Za-z0-9\-._~/]/g, (byte) => `%${hex(byte.charCodeAt(0))}`);
}

/** A parameter's name or value: every byte outside RFC 3986's unreserved as `%XX`. */
export function percentEncoded(text) {
  return binary(text).replace(/[^A-Za-z0-9\-._~]/g, (byte) => `%${hex(byte.charCodeAt(0))}`);
}

export const isNumber = (value) => Number.isSafeInteger(value) && value >= 1 && value <= 9_999_999_999;

/** Lower-case hexadecimal to bytes; `null` for anything else. */
export function fromHex(text) {
  if (typeof text !== 'string' || text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return null;
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

export function base64url(bytes) {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
