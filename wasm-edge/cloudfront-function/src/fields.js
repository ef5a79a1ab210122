// A token's text, judged by the grammar and the table (TOKEN.md §1) before anything of it is believed.

const isText = (value, most) => {
  const text = /[*!]/.test(value) ? undefined : unescaped(value);
  return text && !/[\x00-\x1f\x7f]/.test(text) && Buffer.byteLength(text) <= most;
};

const isList = (value, allows) => {
  const members = value.split('!');
  return members.length <= 16 && members.every((member) => member && allows(member));
};

const isWord = (value) => {
  return whole(/^[\w.-]{1,64}/, value);
};

const isDisposition = (value) => {
  const colon = (value + ':').indexOf(':');
  const name = value.slice(colon + 1);
  return whole(/^(inline|attachment)/, value.slice(0, colon))
    && (colon === value.length || (isText(name, 180) && !/\/|~5C/.test(name)));
};

const isMediaType = (value) => {
  return isText(value, 100) && unescaped(value).split('; ').every((part, i) => {
    const pair = part.split(i ? '=' : '/');
    return pair.length === 2 && pair.every((token) => whole(/^[\w!#$%&'*+.^`|~-]+/, token));
  });
};

// The fields in the order in which they stand. (An object's names have no order in this runtime.)
const NAMES = 'kid exp nbf iat path ip geo method qs hdr jti sub sid uses ver cd ct bps data'.split(' ');

// Whether a field may have a value.
const ALLOWS = {
  kid: (value) => isWord(value) && value.length <= 32,
  exp: isNumber,
  nbf: isNumber,
  iat: isNumber,
  path: (value) => isList(value, isPattern) && /^\/|!\//.test(value),
  ip: (value) => isList(value, networkOf),
  geo: (value) => isList(value, (member) => whole(value[0] === '-' ? /^-[A-Z]{2}/ : /^[A-Z]{2}/, member)),
  method: (value) => isList(value, (member) => whole(/^[A-Z]{1,16}/, member)),
  qs: (value) => isList(value, (member) => isText(member, 64)),
  hdr: (value) => isList(value, (member) => whole(/^[a-z0-9-]{1,64}/, member)
    && !/^(proxy-|(host|cookie|connection|keep-alive|te|trailer|transfer-encoding|upgrade)(?![\s\S]))/.test(member)),
  jti: isWord,
  sub: (value) => isText(value, 128),
  sid: isWord,
  uses: (value) => isNumber(value) && value <= 1e6,
  ver: (value) => isText(value, 128),
  cd: isDisposition,
  ct: isMediaType,
  bps: (value) => isNumber(value) && value >= 1024,
  data: (value) => isText(value, 256),
};

// `bytes`: the token, or undefined where its carrier could not be decoded. Gives the fields, still
// escaped, with `signed` and `sig`; or the reason.
const judge = (bytes, site) => {
  const text = bytes && bytes.length <= 2048 ? bytes.toString() : '';
  const version = text.split('~')[0];
  if (version === text) {
    return 'malformed';
  }
  if (version !== '1') {
    return isNumber(version) ? 'unsupported' : 'malformed';
  }
  // (Of a token no byte is `&`; to split by an expression costs a hundred times as much.)
  const pieces = text.slice(2).replace(/~(?=[a-z])/g, '&').split('&');
  const last = pieces.pop();
  if (!pieces.length
    || /[^\w\-.\/:~*!=]|~(?![a-z]|[0-9A-F]{2})|~(2[DEF]|3[0-9A]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9A])/.test(text)
    || !whole(/^sig=([\w-]{85}[AQgw]|[\w-]{42}[AEIMQUYcgkosw048])/, last)
    || !pieces.every((piece) => whole(/^(?!sig=)[a-z]{1,8}=[^=]+/, piece))) {
    return 'malformed';
  }
  const fields = { sig: last.slice(4), signed: text.slice(0, -last.length - 1) };
  let place = -1;
  let unknown;
  let allowed = true;
  pieces.forEach((piece) => {
    const pair = piece.split('=');
    const found = NAMES.indexOf(pair[0]);
    if (found < 0) {
      unknown = true;
    } else {
      allowed = allowed && found > place && ALLOWS[pair[0]](pair[1]);
      place = found;
      fields[pair[0]] = pair[1];
    }
  });
  if (unknown) {
    return 'unsupported';
  }
  return allowed && fields.kid && fields.exp && (fields.jti || !fields.uses)
    && !membersOf(fields.qs).map(unescaped).includes(site.param)
    && !membersOf(fields.hdr).includes(site.header)
    ? fields
    : 'malformed';
};
