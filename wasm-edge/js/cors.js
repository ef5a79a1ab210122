// Cross-origin answers (WHATWG Fetch §3.3) as the origin gives them, for each request by itself.

/** What a page may read besides the safelisted headers. */
export const EXPOSED = 'accept-ranges, cache-status, content-disposition, content-length, content-range, '
  + 'countersign-reason, etag, retry-after, server-timing';
const MAX_REQUESTED_HEADERS = 32;
/** No browser asks for as much, and an answer of Lambda@Edge has at most 40 KB. */
const MAX_REQUESTED_BYTES = 4096;
/** Browsers keep these to themselves or need no leave for them. */
const UNASKED = ['authorization', 'cookie'];

/** The answer, readable by the pages that the site names. */
export function readable(cors, request, answer) {
  const response = new Response(answer.body, answer);
  const { headers } = response;
  for (const name of ['allow-origin', 'allow-credentials', 'expose-headers']) headers.delete(`access-control-${name}`);
  const allowed = cors?.allowed_origins ?? [];
  if (allowed.length === 0) return response;
  if (allowed.includes('*')) {
    headers.set('access-control-allow-origin', '*');
  } else {
    if (!/(?:^|[\s,])origin(?=$|[\s,])/i.test(headers.get('vary') ?? '')) headers.append('vary', 'origin');
    const origin = request.headers.get('origin');
    if (!allowed.includes(origin)) return response;
    headers.set('access-control-allow-origin', origin);
    if (cors.allow_credentials) headers.set('access-control-allow-credentials', 'true');
  }
  if (request.method !== 'OPTIONS') headers.set('access-control-expose-headers', EXPOSED);
  return response;
}

/** The answer to a preflight, but for what `readable` adds. It needs no token. */
export function preflight(cors, request) {
  const response = new Response(null, { status: 204 });
  const allowed = cors?.allowed_origins ?? [];
  if (!allowed.includes('*') && !allowed.includes(request.headers.get('origin'))) return response;
  response.headers.set('access-control-allow-methods', 'GET, HEAD');
  response.headers.set('access-control-max-age', String(cors.max_age));
  const names = requestedHeaders(request.headers.get('access-control-request-headers') ?? '');
  if (names !== '') {
    response.headers.set('access-control-allow-headers', names);
    response.headers.append('vary', 'access-control-request-headers');
  }
  return response;
}

/**
 * The names that `Access-Control-Request-Headers` asks for and that are granted. Any may be sent: a
 * token may sign a header of any name, and none changes what is served.
 */
export function requestedHeaders(text) {
  const names = text.slice(0, MAX_REQUESTED_BYTES).split(',').map((name) => name.trim().toLowerCase());
  return names.filter((name) => /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) && !UNASKED.includes(name))
    .slice(0, MAX_REQUESTED_HEADERS).join(', ');
}
