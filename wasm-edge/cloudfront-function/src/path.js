// Paths and patterns (TOKEN.md §3). UTF-8 of valid text: comparing characters compares bytes.

// Whether decoded text is a canonical path of at most so many bytes.
const isPath = (path, most) => {
  // (`undefined` does not start with a slash.)
  return /^\//.test(path)
    && !/[\x00-\x1f\x7f\\]|\/\.{0,2}\/|\/\.\.?(?![\s\S])/.test(path)
    && Buffer.byteLength(path) <= most;
};

// A canonical path as a URL's.
const written = (path) => {
  return encodeURIComponent(path).replace(/%2F|[!'()*]/g, (sign) => (
    sign[1] ? '/' : '%' + Buffer.from(sign).toString('hex').toUpperCase()
  ));
};

// One of a token's patterns. (Those of a key and of a policy were checked when the origin started.)
const isPattern = (member) => {
  const pattern = member.replace(/^-/, '');
  return isPath(unescaped(pattern.replace(/\*/g, 'x')), 1024) && !/[^/]\*\*|\*\*[^/]/.test(pattern);
};

// Whether a pattern of the list includes the path and none excludes it.
const covers = (list, path) => {
  const have = path.split('/');
  const matches = (pattern) => matchesSegments(pattern.split('/'), have);
  const members = list.split('!');
  return members.some((member) => member[0] !== '-' && matches(member))
    && !members.some((member) => member[0] === '-' && matches(member.slice(1)));
};

// The last `**` seen may be the only one to return to, as whatever stood before it matched as early
// as it could: linear in pattern length times path length.
const matchesSegments = (want, have) => {
  const parts = [];
  let w = 0;
  let h = 0;
  let behind;
  let from;
  for (;;) {
    if (want[w] === '**') {
      behind = ++w;
      from = h;
      if (w === want.length) {
        return h < have.length;
      }
    } else if (w === want.length && h === have.length) {
      return true;
    } else if (w < want.length && h < have.length && matchesSegment(
      parts[w] || (parts[w] = want[w].split('*').map(unescaped)),
      have[h]
    )) {
      w++;
      h++;
    } else {
      if (!behind || from >= have.length) {
        return false;
      }
      w = behind;
      h = ++from;
    }
  }
};

// `parts`: what stands between the stars. Each is taken where it stands first.
const matchesSegment = (parts, have) => {
  let at = 0;
  return parts.every((part, i) => {
    const inner = i + 1 < parts.length ? have.indexOf(part, at) : have.length - part.length;
    const from = i ? inner : 0;
    const fits = from >= at && have.startsWith(part, from);
    at = from + part.length;
    return fits;
  }) && at === have.length;
};
