// Addresses and networks (TOKEN.md §1) as eight numbers of 16 bits, IPv4 as ::ffff:0:0/96.

const isFigure = (text) => {
  return whole(/^(0|[1-9]\d{0,2})/, text);
};

// `lax`: in the forms too that only a client's address may have. undefined: no address.
const addressOf = (text, lax) => {
  const isV4 = !text.includes(':');
  const tail = text.slice(text.lastIndexOf(':') + 1);
  const bytes = tail.split('.');
  const endsInV4 = (lax || isV4) && bytes.length === 4 && bytes.every((byte) => isFigure(byte) && byte < 256);
  const halves = (endsInV4 ? (isV4 ? '::ffff:' : text.slice(0, -tail.length)) + '0:0' : text).split('::')
    .map((half) => (half ? half.split(':') : []));
  const front = halves[0];
  const back = halves[1] || [];
  const gap = 8 - front.length - back.length;
  const group = lax ? /^[0-9a-fA-F]{1,4}/ : /^(0|[1-9a-f][0-9a-f]{0,3})/;
  if (halves.length > 2 || (halves[1] ? gap < 1 : gap) || !front.concat(back).every((word) => whole(group, word))) {
    return undefined;
  }
  while (front.length + back.length < 8) {
    front.push(0);
  }
  const groups = front.concat(back).map((word) => parseInt(word, 16));
  return endsInV4
    ? groups.slice(0, 6).concat(bytes[0] * 256 + +bytes[1], bytes[2] * 256 + +bytes[3])
    : groups;
};

const isMapped = (groups) => {
  return /^0,0,0,0,0,65535,/.test(groups);
};

// How many low bits of the group at `place` are beyond a prefix of `length` bits.
const freeBits = (length, place) => {
  return Math.min(16, Math.max(0, 16 * (place + 1) - length));
};

// A member of a token's `ip`; undefined: malformed.
const networkOf = (text) => {
  const words = text.split('/');
  const isV4 = !text.includes(':');
  const most = isV4 ? 32 : 128;
  const groups = addressOf(words[0]);
  const length = words.length > 1 ? words[1] : '' + most;
  const bits = 128 - most + +length;
  return groups
    && words.length < 3 && isFigure(length) && length <= most
    && (isV4 || length < 96 || !isMapped(groups))
    && groups.every((group, place) => !(group & ((1 << freeBits(bits, place)) - 1)))
    ? { groups: groups, bits: bits }
    : undefined;
};

// `text`: the client's address.
const holds = (network, text) => {
  const client = addressOf(text, true);
  return client
    && isMapped(client) === isMapped(network.groups)
    && client.every((group, place) => !((group ^ network.groups[place]) >> freeBits(network.bits, place)));
};
