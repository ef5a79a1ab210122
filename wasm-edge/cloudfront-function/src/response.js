// Viewer response: what an answer of CloudFront's cache may not take from the one that it was stored
// with, the life time and the cross-origin headers, is set for each request.

// A browser keeps an object no longer than the token of this request lives, and no cache behind
// CloudFront keeps it for others.
const capped = (text, left) => {
  let age;
  const kept = text.toLowerCase().split(',').map(trimmed).filter((one) => {
    const found = /^max-age=(\d+)/.exec(one);
    age = found ? Math.max(0, Math.min(left, found[1])) : age;
    return one && !found && !/^(public|private|s-maxage|stale-)/.test(one);
  });
  return ['private'].concat(kept, age === undefined ? 'no-cache' : 'max-age=' + age).join(', ');
};

async function handler(event) {
  const request = event.request;
  const headers = event.response.headers;
  if (request.method === 'OPTIONS') {
    return event.response;
  }
  const own = valueOf(headers, 'cache-control');
  const verdict = valueOf(request.headers, 'countersign-verdict');
  ['allow-origin', 'allow-credentials', 'expose-headers'].forEach((word) => {
    delete headers['access-control-' + word];
  });
  delete headers['cdn-cache-control'];
  const vary = valueOf(headers, 'vary').split(',').map(trimmed).filter((name) => name && name.toLowerCase() !== 'origin');
  delete headers.vary;
  if (!verdict || /no-store/i.test(own)) {
    // Not seen by the viewer-request function, or what that said is not told here.
    set(headers, 'cache-control', 'private, no-store');
  } else if (isNumber(verdict)) {
    set(headers, 'cache-control', capped(own, verdict - Math.floor(Date.now() / 1000)));
  } else if (verdict[0] === '!') {
    // Report-only: the origin answered this request alone, and knows how long its token lives.
    set(headers, 'cache-control', capped(own, 1 / 0));
  }
  let site;
  try {
    site = await siteOf(cf.kvs(), request);
  } catch (error) {
    // Without its configuration no page of another origin may read it.
  }
  if (site) {
    applyCors(site.cors, request, headers);
    if (site.show_reasons !== false && verdict && verdict !== 'public' && !isNumber(verdict)) {
      set(headers, verdict[0] === '!' ? 'countersign-edge-reason' : 'countersign-reason', verdict.replace('!', ''));
    }
  }
  if (vary.length) {
    set(headers, 'vary', vary.concat(headers.vary ? 'origin' : []).join(', '));
  }
  return event.response;
}
