// Where tokens stand (TOKEN.md §4), in the form of a CloudFront event.

// `rawQueryString()` is the query as it was sent. `test-function` makes its event from JSON, where
// the method gives nothing; so does an engine that is older than it.
const queryOf = (request) => {
  const raw = request.rawQueryString && request.rawQueryString();
  const given = request.querystring;
  return toAscii(raw || Object.keys(given).map((name) => (
    allOf(given[name]).map((one) => name + '=' + one.value).join('&')
  )).join('&'));
};

// The undecoded values of the parameters of that name.
const valuesOf = (parameters, name) => {
  return parameters.filter((parameter) => parameter.name === name).map((parameter) => parameter.value);
};

// The cookies that count; all that are ours are named in `ours`.
const cookiesOf = (request, name, ours) => {
  const found = [];
  let strongest = 0;
  Object.keys(request.cookies).forEach((key) => {
    const prefix = /^(__(Host|Secure)-)?/.exec(key)[0].length;
    // `__Host-` is the shorter one and shadows the other.
    const strength = prefix && 10 - prefix;
    if (key.slice(prefix) !== name && !key.startsWith(name + '-', prefix)) {
      return;
    }
    ours.push(key);
    allOf(request.cookies[key]).forEach((one) => {
      const value = one.value;
      const inner = /^"[\s\S]*"(?![\s\S])/.test(value) ? value.slice(1, -1) : value;
      // An empty value is no cookie: it neither counts nor shadows.
      if (inner) {
        strongest = Math.max(strongest, strength);
        found.push({ carrier: 'cookie', key: key, strength: strength, given: value, text: decode(inner) });
      }
    });
  });
  return found.filter((one) => one.strength === strongest).slice(0, 8);
};

// { path, parameters, rest: the query without our parameter, tokens, ours }; or the reason.
const locate = (site, request) => {
  const query = queryOf(request);
  const uri = request.uri;
  let path = decodeUtf8(uri);
  if (!isPath(path, 1 / 0) || /#/.test(uri + query) || /%2[fF]/.test(uri)) {
    return 'bad_path';
  }
  const tokens = [];
  const start = '/' + site.param + '=';
  if (path.startsWith(start)) {
    const slash = (path + '/').indexOf('/', 1);
    tokens.push({ carrier: 'path', text: Buffer.from(path.slice(start.length, slash).replace(/@/g, '/')) });
    path = path.slice(slash);
  }
  if (!isPath(path, 1024)) {
    return 'bad_path';
  }
  const parameters = query.split('&').filter((piece) => piece).map((piece) => {
    const end = (piece + '=').indexOf('=');
    return { name: decodeUtf8(piece.slice(0, end)), value: piece.slice(end + 1), piece: piece };
  });
  valuesOf(parameters, site.param).forEach((value) => {
    tokens.push({ carrier: 'query', text: decode(value) });
  });
  const lines = linesOf(request, site.header);
  if (lines) {
    // Two lines are malformed.
    tokens.push({ carrier: 'header', text: lines.length < 2 ? Buffer.from(lines[0]) : undefined });
  }
  if (tokens.length > 1 || path.startsWith(start)) {
    return 'conflict';
  }
  const ours = [];
  const cookies = cookiesOf(request, site.cookie, ours);
  return {
    path: path,
    parameters: parameters,
    rest: parameters.filter((parameter) => parameter.name !== site.param).map((parameter) => parameter.piece).join('&'),
    tokens: tokens.length ? tokens : cookies,
    ours: ours,
  };
};
