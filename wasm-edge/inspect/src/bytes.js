// Bytes as texts of a character a byte, so that they can be compared and cut as text is.

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const toBytes = (binary) => Uint8Array.from(binary, (byte) => byte.charCodeAt(0));

/** The text of UTF-8 bytes; `null` where they are none. */
export function fromUtf8(binary) {
  try {
    return decoder.decode(toBytes(binary));
  } catch {
    return null;
  }
}

/** Percent-decoded once, as bytes; `null` for a bad escape. */
export function percentDecoded(text) {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return null;
  let bytes = '';
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return bytes.replace(/%(..)/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}
