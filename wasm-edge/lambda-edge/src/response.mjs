// Viewer response: what an answer of CloudFront's cache may not take from the request that it was
// stored for, the life time and the cross-origin headers, is set for each request.
import { applyCors } from './cors.mjs';
import { set, UNENFORCED, valueOf } from './headers.mjs';

/**
 * @param {import('./validator.mjs').Validator} validator
 * @param {object} request the event's, as the viewer-request function changed it
 * @param {object} response the event's; it is changed
 */
export function answered({ edge, cors }, request, response, now) {
  if (request.method === 'OPTIONS') return response;
  const { headers } = response;
  const verdict = valueOf(request.headers, 'countersign-verdict') ?? '';
  const own = (headers['cache-control'] ?? []).map(({ value }) => value).join(', ');
  clear(headers);
  const isGranted = /^[0-9]+$/.test(verdict);
  const isUnenforced = verdict.startsWith(UNENFORCED);
  if (verdict === '' || /no-store/i.test(own)) {
    // Not seen by the viewer-request function, or the origin's last word.
    set(headers, 'cache-control', 'private, no-store');
  } else if (isGranted) {
    set(headers, 'cache-control', capped(own, Number(verdict) - now));
  } else if (isUnenforced) {
    // The origin answered this request alone, and knows how long its token lives.
    set(headers, 'cache-control', capped(own, Infinity));
  } else if (own !== '') {
    set(headers, 'cache-control', own);
  }
  const name = (valueOf(request.headers, 'countersign-edge') ?? '').split('/')[0];
  const site = edge.sites.find((site) => site.name === name);
  applyCors(cors.get(name), request.headers, headers);
  if (site?.showReasons && verdict !== '' && verdict !== 'public' && !isGranted) {
    if (isUnenforced) set(headers, 'countersign-edge-reason', verdict.slice(UNENFORCED.length));
    else set(headers, 'countersign-reason', verdict);
  }
  return response;
}

/** The answer where nothing is known: for nobody's cache and no other origin's page. */
export function unknown(response) {
  clear(response.headers);
  set(response.headers, 'cache-control', 'private, no-store');
  return response;
}

/** Takes out what the stored answer was given for its own request. */
function clear(headers) {
  for (const word of ['allow-origin', 'allow-credentials', 'expose-headers']) delete headers[`access-control-${word}`];
  delete headers['cdn-cache-control'];
  delete headers['cache-control'];
  const vary = (headers.vary ?? []).flatMap(({ value }) => value.split(',')).map((name) => name.trim())
    .filter((name) => name !== '' && name.toLowerCase() !== 'origin');
  delete headers.vary;
  if (vary.length > 0) set(headers, 'vary', vary.join(', '));
}

/**
 * A browser keeps an object no longer than the token of this request lives, and no cache behind
 * CloudFront keeps it for others.
 */
function capped(text, left) {
  let age;
  const kept = text.toLowerCase().split(',').map((one) => one.trim()).filter((one) => {
    const found = /^max-age=([0-9]+)/.exec(one);
    if (found) age = Math.max(0, Math.min(left, Number(found[1])));
    return one !== '' && !found && !/^(?:public|private|s-maxage|stale-)/.test(one);
  });
  return ['private', ...kept, age === undefined ? 'no-cache' : `max-age=${age}`].join(', ');
}
