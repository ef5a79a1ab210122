// Answers that CloudFront gives without asking the origin. CloudFront does not store them, and takes at
// most 40 KB; these have less than 5, whatever was asked.
import { applyCors, preflight } from './cors.mjs';
import { set, valueOf } from './headers.mjs';
import { STATUSES, TEXTS } from '../../js/texts.js';

/**
 * A denial in the origin's words.
 * @param {{ config: object, request: object, now: number }} told
 * @param {import('../../js/edge.d.ts').Decision} decision
 * @param {() => Record<string, unknown> | undefined} fieldsOf the token's, for when it begins or ended
 */
export function denied(told, { site, reason, status }, cors, fieldsOf) {
  const shows = site.showReasons;
  let [, detail] = TEXTS[reason];
  if (shows && detail.includes('{s}')) {
    const { exp, nbf } = fieldsOf() ?? {};
    detail = detail.replace('{s}', String(Math.abs(told.now - (reason === 'expired' ? exp : nbf))));
  }
  const answer = problem(told, reason, status, shows ? detail : undefined);
  if (shows) set(answer.headers, 'countersign-reason', reason);
  if (reason === 'missing') set(answer.headers, 'www-authenticate', `Countersign realm="${site.name}"`);
  applyCors(cors, told.request.headers, answer.headers);
  return answer;
}

/** A refusal that no token would mend. `site` is left out where none is known. */
export function refused(told, code, site, cors) {
  const shows = site === undefined || site.showReasons;
  const answer = problem(told, code, STATUSES[code], shows ? TEXTS[code][1] : undefined);
  if (code === 'method_not_allowed') set(answer.headers, 'allow', 'GET, HEAD, OPTIONS');
  applyCors(cors, told.request.headers, answer.headers);
  return answer;
}

/** Nothing can be verified, so nothing is let through. */
export function unavailable(config, request) {
  const answer = refused({ config, request }, 'edge_unavailable');
  set(answer.headers, 'retry-after', 2);
  return answer;
}

/** `OPTIONS`, which needs no token. */
export function options({ request }, cors) {
  const headers = preflight(cors, request.headers);
  const isPreflight = ['origin', 'access-control-request-method'].every((name) => valueOf(request.headers, name) !== undefined);
  if (!isPreflight) set(headers, 'allow', 'GET, HEAD, OPTIONS');
  guard(headers);
  return { status: '204', statusDescription: 'No Content', headers };
}

/** RFC 9457; a `HEAD` gets no body. */
function problem({ config, request }, code, status, detail) {
  const [title] = TEXTS[code];
  const headers = {};
  set(headers, 'content-type', 'application/problem+json');
  set(headers, 'cache-control', 'no-store');
  guard(headers);
  const answer = { status: String(status), statusDescription: title, headers };
  if (request?.method !== 'HEAD') {
    const type = `urn:countersign:problem:${code}`;
    answer.body = JSON.stringify({ type, title, status, code, detail, request_id: config?.requestId ?? '' });
  }
  return answer;
}

/** What every answer of the origin has. */
function guard(headers) {
  set(headers, 'x-content-type-options', 'nosniff');
  // Browsers send a token's URL as the Referer of whatever a shown document loads.
  set(headers, 'referrer-policy', 'no-referrer');
}
