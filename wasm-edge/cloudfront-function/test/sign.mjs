// Tokens for the tests, written from docs/TOKEN.md §2 and from nothing of ../src.
import { createHmac } from 'node:crypto';

export const SECRET = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';
export const SITE = 'media.example';

const netstring = (bytes) => Buffer.concat([Buffer.from(`${bytes.length}:`), bytes, Buffer.from(',')]);

/** A value in its one escaped form. */
export const escaped = (value) => [...Buffer.from(value)].map((byte) => {
  const sign = String.fromCharCode(byte);
  return /[A-Za-z0-9\-._/:]/.test(sign) ? sign : `~${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}).join('');

/**
 * The token of `text` (all before `~sig=`). `path`: the decoded path, where no field `path` stands.
 * `values`: of signed parameters and headers, in order, `undefined` for one that is absent.
 */
export function signed(text, { path, values = [], secret = SECRET, site = SITE }) {
  const parts = ['countersign/1', site, text, ...(path === undefined ? [] : [path])].map((part) => Buffer.from(part));
  const valueParts = values.map((value) => (value === undefined ? Buffer.alloc(0)
    : Buffer.concat([Buffer.from('='), Buffer.from(value)])));
  const mac = createHmac('sha256', Buffer.from(secret, 'hex'))
    .update(Buffer.concat([...parts, ...valueParts].map(netstring)));
  return `${text}~sig=${mac.digest('base64url')}`;
}
