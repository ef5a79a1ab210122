// The edge's cache: one copy for all who may see it, under the decision's key. What a request gets of
// a copy is its own: how long its browser may keep it, and who may read it.

const STORED = 'countersign-browser-secs';
// Set for each request by the host that verified (docs/TOKEN.md §7).
const NEVER_STORED = [
  'access-control-allow-origin', 'access-control-allow-credentials', 'access-control-expose-headers', 'vary',
  'set-cookie', 'cdn-cache-control', 'server-timing', 'cache-status', 'countersign-reason', 'age',
];

const keyOf = (decision, headers) => new Request(`https://countersign.invalid/${decision.cacheKey}`, { headers });

/** The copy for this request, or `undefined`. */
export async function cached(request, decision) {
  // What Cloudflare's cache makes of several ranges is nowhere told: they are the origin's.
  if (request.headers.get('range')?.includes(',')) return undefined;
  const conditions = new Headers();
  for (const name of ['range', 'if-none-match', 'if-modified-since']) {
    const value = request.headers.get(name);
    // Without its condition a range may be of another version.
    if (value !== null && !(name === 'range' && request.headers.has('if-range'))) conditions.set(name, value);
  }
  if (request.headers.has('if-match') || request.headers.has('if-unmodified-since')) return undefined;
  const found = await caches.default.match(keyOf(decision, conditions));
  if (found === undefined) return undefined;
  const response = new Response(request.method === 'HEAD' ? null : found.body, found);
  const left = Number(found.headers.get(STORED)) - Number(found.headers.get('age') ?? 0);
  const keepSecs = Math.max(0, Math.min(left, decision.remainingSecs ?? left));
  response.headers.set('cache-control', `${decision.remainingSecs === null ? 'public' : 'private'}, max-age=${keepSecs}`);
  response.headers.delete(STORED);
  response.headers.set('cache-status', 'countersign-edge; hit');
  return response;
}

/** The origin's answer for this request, of which a copy is kept where the origin allows it. */
export function keep({ request, decision, context }, response) {
  // With `edge_verifies = true` the origin says how long; without, nothing is kept.
  const edgeSecs = seconds(response.headers.get('cdn-cache-control'));
  const browserSecs = seconds(response.headers.get('cache-control'));
  const whole = request.method === 'GET' && response.status === 200;
  let copy;
  if (whole && edgeSecs > 0 && !response.headers.has('set-cookie')) {
    copy = new Response(response.clone().body, response);
    for (const name of NEVER_STORED) copy.headers.delete(name);
    copy.headers.set('cache-control', `public, max-age=${edgeSecs}`);
    copy.headers.set(STORED, String(browserSecs));
    context.waitUntil(caches.default.put(keyOf(decision), copy));
  }
  const own = new Response(response.body, response);
  own.headers.delete('cdn-cache-control');
  if (edgeSecs > 0 && decision.remainingSecs !== null) {
    own.headers.set('cache-control', `private, max-age=${Math.min(browserSecs, decision.remainingSecs)}`);
  }
  own.headers.append('cache-status', `countersign-edge; fwd=miss${copy ? '; stored' : ''}`);
  return own;
}

function seconds(directives) {
  const [, digits] = /(?:^|[\s,])max-age=([0-9]{1,10})(?=$|[\s,])/i.exec(directives ?? '') ?? [];
  return /(?:^|[\s,])(?:no-store|no-cache)(?=$|[\s,])/i.test(directives ?? '') ? 0 : Number(digits ?? 0);
}
