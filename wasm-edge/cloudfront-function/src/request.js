// Viewer request: a denial is answered here, everything else goes on to CloudFront's cache and the
// origin, with the token in one place and a cache key of its own where nothing stored may be served.

// TOKEN.md §7. The cache policy's key holds the path, the site's parameters and `countersign-edge`:
// the site's name where a stored copy may be served, else a name that no other request has.
const forward = (event, site, verdict) => {
  const request = event.request;
  const headers = request.headers;
  const isDenied = verdict.outcome === 'denied';
  const fields = verdict.outcome === 'granted' && verdict.fields;
  const token = verdict.token;
  // The last five: fields that only the origin carries out.
  const isSettled = fields
    ? site.edge_revocation !== 'origin' && !['uses', 'ver', 'cd', 'ct', 'bps'].some((name) => fields[name])
    : verdict.outcome === 'public';
  // Report-only: what would be denied goes to the origin as it came.
  if (!isDenied) {
    request.uri = written(verdict.path);
    request.querystring = verdict.located.rest;
    delete headers[site.header];
    verdict.located.ours.forEach((name) => {
      delete request.cookies[name];
    });
  }
  if (fields && token.key) {
    set(request.cookies, token.key, token.given);
  } else if (fields) {
    set(headers, site.header, token.text);
  }
  // For the viewer-response function: until when, `public`, or what a denial would have been, with
  // `!` in front where the site's policy would have denied it.
  set(headers, 'countersign-verdict', fields ? fields.exp : isSettled ? 'public' : (isDenied ? '!' : '') + verdict.reason);
  set(headers, 'countersign-edge', site.name + (isSettled ? '' : '/' + (event.context.requestId || Math.random())));
  return request;
};

async function answer(event, store) {
  const request = event.request;
  const site = await siteOf(store, request);
  const now = Math.floor(Date.now() / 1000);
  let code = 'unknown_host';
  let seconds;
  if (site && request.method === 'OPTIONS') {
    // The origin answers it by its headers alone.
    request.uri = '/';
    request.querystring = '';
    return request;
  }
  if (site && request.method !== 'GET' && request.method !== 'HEAD') {
    code = 'method_not_allowed';
  } else if (site) {
    const verdict = verify(site, event, now);
    code = verdict.reason;
    if (verdict.outcome !== 'denied' || site.report_only) {
      return forward(event, site, verdict);
    }
    if (verdict.fields) {
      seconds = Math.abs(now - (code === 'expired' ? verdict.fields.exp : verdict.fields.nbf));
    }
  }
  const text = await read(store, 'text/' + code);
  return problem(event, site || {}, code, JSON.parse(text || '{}'), seconds);
}

async function handler(event) {
  let result;
  try {
    result = await answer(event, cf.kvs());
  } catch (error) {
    // Without its configuration nothing is let through.
    result = problem(event, {}, 'edge_unavailable', {
      title: 'The edge cannot verify now',
      status: 503,
      headers: { 'content-type': { value: 'application/problem+json' }, 'retry-after': { value: '2' } },
    });
  }
  return result;
}
