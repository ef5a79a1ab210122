// Tokens for the tests, written from docs/TOKEN.md §2 and from nothing of the module.
import { createHmac, createPrivateKey, createPublicKey, sign } from 'node:crypto';

export const SITE = 'media.example';
export const SECRET = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';
const SEED = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
const PRIVATE = createPrivateKey({ key: Buffer.from(`302e020100300506032b657004220420${SEED}`, 'hex'), format: 'der', type: 'pkcs8' });
export const PUBLIC = createPublicKey(PRIVATE).export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');

const netstring = (text) => {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from(`${bytes.length}:`), bytes, Buffer.from(',')]);
};

/** `text`: all before `~sig=`, of the key `ed` by EdDSA. `path`: decoded, where the text has none. */
export function signed(text, { path, secret = SECRET, values = [] } = {}) {
  const parts = ['countersign/1', SITE, text, ...(path === undefined ? [] : [path]),
    ...values.map((value) => (value === undefined ? '' : `=${value}`))];
  const bytes = Buffer.concat(parts.map(netstring));
  const signature = text.includes('~kid=ed~') ? sign(null, bytes, PRIVATE)
    : createHmac('sha256', Buffer.from(secret, 'hex')).update(bytes).digest();
  return `${text}~sig=${signature.toString('base64url')}`;
}
