// Cross-origin answers (WHATWG Fetch §3.3) as the origin gives them, for each request by itself.
import { set, valueOf } from './headers.mjs';

const EXPOSED = 'accept-ranges, cache-status, content-disposition, content-length, content-range, '
  + 'countersign-reason, etag, retry-after, server-timing';
const MAX_REQUESTED_HEADERS = 32;
/** An answer has at most 40 KB; no browser asks for as much. */
const MAX_REQUESTED_BYTES = 4096;
/** Browsers keep these to themselves or need no leave for them. */
const UNASKED = ['authorization', 'cookie'];

/** Adds to `answer` what it needs so that the request's page may read it. */
export function applyCors(cors, request, answer) {
  const allowed = cors?.allowed_origins ?? [];
  if (allowed.length === 0) return;
  if (allowed.includes('*')) {
    set(answer, 'access-control-allow-origin', '*');
  } else {
    addVary(answer, 'origin');
    const origin = valueOf(request, 'origin');
    if (!allowed.includes(origin)) return;
    set(answer, 'access-control-allow-origin', origin);
    if (cors.allow_credentials) set(answer, 'access-control-allow-credentials', 'true');
  }
  set(answer, 'access-control-expose-headers', EXPOSED);
}

/** The headers of the answer to a preflight. */
export function preflight(cors, request) {
  const answer = {};
  applyCors(cors, request, answer);
  delete answer['access-control-expose-headers'];
  if (answer['access-control-allow-origin'] === undefined) return answer;
  set(answer, 'access-control-allow-methods', 'GET, HEAD');
  const names = requestedHeaders(request);
  if (names !== '') {
    set(answer, 'access-control-allow-headers', names);
    addVary(answer, 'access-control-request-headers');
  }
  set(answer, 'access-control-max-age', cors.max_age);
  return answer;
}

/** Any may be sent: a token may sign a header of any name, and none changes what is served. */
function requestedHeaders(request) {
  const lines = (request['access-control-request-headers'] ?? []).map(({ value }) => value);
  const names = lines.join(',').slice(0, MAX_REQUESTED_BYTES).split(',').map((name) => name.trim().toLowerCase());
  return names.filter((name) => /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) && !UNASKED.includes(name))
    .slice(0, MAX_REQUESTED_HEADERS).join(', ');
}

/** Adds a name to `vary`. */
export function addVary(headers, name) {
  const names = (headers.vary ?? []).map(({ value }) => value).join(', ');
  set(headers, 'vary', names === '' ? name : `${names}, ${name}`);
}
