// Viewer request: what goes on to CloudFront's cache and the origin, and what is answered here.
import { randomUUID } from 'node:crypto';
import { RequestError } from '../../js/errors.js';
import { denied, options, refused } from './answer.mjs';
import { decide, factsOf } from './decide.mjs';
import { set, textOf, UNENFORCED } from './headers.mjs';

/** CloudFront's limit on path and query that a function sets, in characters. */
const MAX_URI = 8192;

/**
 * The request to go on, or an answer.
 * @param {import('./validator.mjs').Validator} validator
 * @param {object} config the event's
 * @param {object} request the event's; it is changed
 */
export function forwardOrAnswer({ edge, cors }, config, request, now) {
  const told = { config, request, now };
  try {
    const facts = { ...factsOf(request), now };
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const { site } = edge.verify({ ...facts, method: 'GET', target: '/' });
      const own = cors.get(site.name);
      return request.method === 'OPTIONS' ? options(told, own) : refused(told, 'method_not_allowed', site, own);
    }
    const { decision } = decide(edge, facts);
    if (decision.passes) return forwarded(config, request, decision, now);
    if (decision.site.reportOnly) return reported(config, request, decision);
    return denied(told, decision, cors.get(decision.site.name), () => edge.verify(facts, { fields: true }).verdict.fields);
  } catch (error) {
    if (error instanceof RequestError && error.status < 500) return refused(told, error.code);
    throw error;
  }
}

/** The canonical target, the granted token in one place, and the name that CloudFront keeps a copy under. */
function forwarded(config, request, decision, now) {
  const { headers } = request;
  const [uri, ...rest] = decision.target.split('?');
  request.uri = uri;
  request.querystring = plain(rest.join('?'));
  if (request.uri.length + request.querystring.length + 1 >= MAX_URI) {
    throw new RequestError('request_too_large', 431, 'path and query are too long');
  }
  for (const [name, value] of decision.headers) {
    if (value === null) delete headers[name];
    else set(headers, name, textOf(value));
  }
  return marked(config, request, decision, verdictOf(decision, now));
}

/** Report-only: what would have been denied goes to the origin as it came, past the cache. */
function reported(config, request, decision) {
  console.warn(`countersign: would deny, ${decision.reason}`);
  return marked(config, request, decision, `${UNENFORCED}${decision.reason}`);
}

function marked(config, request, decision, verdict) {
  const { headers } = request;
  // Where no policy makes CloudFront set it, the origin would believe the viewer.
  delete headers['cloudfront-viewer-country'];
  set(headers, 'countersign-verdict', verdict);
  set(headers, 'countersign-edge', keyOf(config, decision));
  return request;
}

/** For the viewer-response function: until when, `public`, or what a denial would have been. */
const verdictOf = ({ outcome, remainingSecs, reason }, now) => {
  if (outcome === 'granted') return now + remainingSecs;
  return outcome === 'public' ? 'public' : reason;
};

/**
 * The cache policy's key has this header: the site's name where a stored copy may answer
 * (docs/TOKEN.md §7), else a name that no other request has.
 */
const keyOf = ({ requestId }, { settled, site }) => (settled ? site.name : `${site.name}/${requestId || randomUUID()}`);

/**
 * Signs that CloudFront refuses or would send as other bytes, escaped. A parameter's value is what
 * it decodes to, so that a signature holds as before.
 */
const plain = (query) => query.replace(/[^\x21\x22\x24-\x7e]/gu, encodeURIComponent);
