// Cross-origin answers (WHATWG Fetch §3.3) as the origin gives them, for each request by itself.
import { EXPOSED, requestedHeaders } from '../../js/cors.js';
import { set, valueOf } from './headers.mjs';

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
  const asked = (request['access-control-request-headers'] ?? []).map(({ value }) => value);
  const names = requestedHeaders(asked.join(','));
  if (names !== '') {
    set(answer, 'access-control-allow-headers', names);
    addVary(answer, 'access-control-request-headers');
  }
  set(answer, 'access-control-max-age', cors.max_age);
  return answer;
}

/** Adds a name to `vary`. */
export function addVary(headers, name) {
  const names = (headers.vary ?? []).map(({ value }) => value).join(', ');
  set(headers, 'vary', names === '' ? name : `${names}, ${name}`);
}
