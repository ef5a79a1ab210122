// Addresses and networks of a token's `ip` (docs/TOKEN.md §1, "Addresses").

/** Whether a text is an address or network in the one spelling that a token allows. */
export function isNetwork(text) {
  const [address, length, ...more] = text.split('/');
  if (more.length > 0 || (length !== undefined && !/^(?:0|[1-9][0-9]{0,2})$/.test(length))) return false;
  return address.includes(':') ? isV6(address, length) : isV4(address, length);
}

const prefix = (length, bits) => (length === undefined ? bits : Number(length));

/** Whether no bit beyond the prefix is set. */
const ends = (first, length, bits) => length <= bits && (first & ((1n << BigInt(bits - length)) - 1n)) === 0n;

function isV4(text, length) {
  const figures = text.split('.');
  if (figures.length !== 4 || !figures.every((figure) => /^(?:0|[1-9][0-9]{0,2})$/.test(figure) && Number(figure) < 256)) {
    return false;
  }
  return ends(figures.reduce((first, figure) => (first << 8n) | BigInt(figure), 0n), prefix(length, 32), 32);
}

/** RFC 4291 §2.2 forms 1 and 2; nothing inside `::ffff:0:0/96`, which is IPv4. */
function isV6(text, length) {
  const halves = text.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const groups = halves.flat();
  const whole = halves.length === 1 ? groups.length === 8 : halves.length === 2 && groups.length <= 7;
  if (!whole || !groups.every((group) => /^(?:0|[1-9a-f][0-9a-f]{0,3})$/.test(group))) return false;
  const gap = Array(8 - groups.length).fill('0');
  const all = halves.length === 1 ? groups : [...halves[0], ...gap, ...halves[1]];
  const first = all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
  const bits = prefix(length, 128);
  return ends(first, bits, 128) && !(bits >= 96 && first >> 32n === 0xffffn);
}
