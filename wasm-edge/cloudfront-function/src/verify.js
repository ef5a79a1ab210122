// The verdict (TOKEN.md §5). `site` is what kvs.mjs writes.

// The MAC of what is signed (§2); undefined where a signed value is not one plain value.
const macOf = (site, secret, fields, located, request) => {
  const mac = crypto.createHmac('sha256', Buffer.from(secret, 'hex'));
  let plain = true;
  const add = (sign, bytes) => {
    mac.update(sign.length + bytes.length + ':' + sign);
    mac.update(bytes);
    mac.update(',');
  };
  add('', 'countersign/1');
  add('', site.name);
  add('', fields.signed);
  if (!fields.path) {
    add('', Buffer.from(located.path));
  }
  membersOf(fields.qs).forEach((name) => {
    const values = valuesOf(located.parameters, unescaped(name));
    const value = values.length ? decode(values[0]) : '';
    plain = plain && values.length < 2 && value !== undefined;
    add(values.length ? '=' : '', value || '');
  });
  membersOf(fields.hdr).forEach((name) => {
    const lines = linesOf(request, name);
    const value = lines ? lines.join(', ') : '';
    plain = plain && !/[^\t\x20-\x7e]/.test(value);
    add(lines ? '=' : '', value);
  });
  return plain && mac.digest('base64url');
};

// In a time that does not tell where they differ. Both are base64url of 32 bytes.
const areEqual = (one, other) => {
  let difference = 0;
  for (let i = 0; i < 43; i++) {
    difference |= one.codePointAt(i) ^ other.codePointAt(i);
  }
  return !difference;
};

const isRevoked = (revoked, fields) => {
  // A token without `iat` is older than any time.
  const before = (time) => time && !(fields.iat >= time);
  return ['jti', 'sub', 'sid', 'kid'].some((name) => fields[name] && revoked[name].includes(unescaped(fields[name])))
    || before(revoked.issued_before)
    || revoked.sub_issued_before.some((pair) => fields.sub && pair[0] === unescaped(fields.sub) && before(pair[1]));
};

// The first check of the table that a token fails, with a letter for its row in front; falsy: none.
const failed = (site, fields, located, event, now) => {
  const request = event.request;
  const method = request.method;
  const soon = now + site.skew;
  const left = fields.exp - soon;
  const key = site.keys.find((one) => one.kid === fields.kid);
  const methods = membersOf(fields.method || 'GET');
  const geo = membersOf(fields.geo);
  const sign = geo.length && geo[0][0] === '-' ? '-' : '';
  const country = valueOf(request.headers, 'cloudfront-viewer-country');
  let mac;
  return (!key && 'aunknown_key')
    || ((key.state === 'retired' || soon < key.from || now >= key.until) && 'bkey_retired')
    || (!(mac = macOf(site, key.secret || '', fields, located, request)) && 'cconflict')
    || ((fields.sig.length !== (key.secret ? 43 : 86) || (key.secret && !areEqual(mac, fields.sig))) && 'dbad_signature')
    // Ed25519: this platform has none.
    || (!key.secret && 'dunsupported')
    || ((left > site.max_ttl || left > key.max_ttl || fields.exp > key.until) && 'elifetime')
    || (soon < fields.nbf && 'fnot_yet_valid')
    || (now >= fields.exp && 'gexpired')
    || ([fields.path, key.paths].some((list) => list && !covers(list, located.path)) && 'hpath')
    || (!methods.includes(method) && !(method === 'HEAD' && methods.includes('GET')) && 'imethod')
    || (fields.ip && !membersOf(fields.ip).some((one) => holds(networkOf(one), event.viewer.ip)) && 'jip')
    || (geo.length && (!whole(/^(?!XX|ZZ)[A-Z]{2}/, country) || geo.includes(sign + country) === !!sign) && 'kgeo')
    || (site.revoked && isRevoked(site.revoked, fields) && 'lrevoked');
};

// { outcome: 'granted' | 'public' | 'reported' | 'denied', reason?, path?, located?, fields?, token? }.
function verify(site, event, now) {
  const located = locate(site, event.request);
  const path = located.path;
  if (!path) {
    return { outcome: 'denied', reason: located };
  }
  const rule = site.policy.find((one) => covers(one.paths, path));
  const mode = rule ? rule.mode : 'required';
  const verdict = { outcome: 'public', path: path, located: located };
  if (mode === 'public') {
    return verdict;
  }
  let furthest = '';
  let explicit;
  verdict.reason = 'missing';
  located.tokens.some((token) => {
    const fields = judge(token.text, site);
    // `malformed` and `unsupported` of the text share the row before the others.
    const reason = fields.sig ? failed(site, fields, located, event, now) : '0' + fields;
    explicit = !token.key;
    if (!reason || reason[0] > furthest) {
      furthest = reason && reason[0];
      verdict.reason = reason && reason.slice(1);
      verdict.fields = fields;
      verdict.token = token;
    }
    return !reason;
  });
  if (!verdict.reason) {
    verdict.outcome = 'granted';
  } else if (mode === 'report') {
    verdict.outcome = 'reported';
  } else if (mode === 'required' || explicit) {
    verdict.outcome = 'denied';
  }
  return verdict;
}
