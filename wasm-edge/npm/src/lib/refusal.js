// Refusals in the origin's words (RFC 9457; docs/DELIVERY.md, "Errors").
import { RequestError } from './errors.js';
import { denied, refused } from './problem.js';

/**
 * The answer to a request that must not go on.
 * @param {unknown} cause a decision that does not pass, or what `verify` threw
 * @param {import('../index.d.ts').RefusalOptions} [options]
 * @returns {Response}
 */
export function refusal(cause, { method = 'GET', requestId = globalThis.crypto.randomUUID(), now } = {}) {
  const answer = cause?.outcome === 'denied' ? denial(cause, { method }, requestId, now) : refused(codeOf(cause), { method }, requestId);
  answer.headers.set('x-content-type-options', 'nosniff');
  // Browsers send a token's URL as the Referer of whatever a shown document loads.
  answer.headers.set('referrer-policy', 'no-referrer');
  return answer;
}

function denial(decision, request, requestId, now = Math.floor(Date.now() / 1000)) {
  const { name, showReasons } = decision.site;
  return denied(decision, { site: { name }, show_reasons: showReasons }, request, requestId, now);
}

/** Whatever went wrong besides, nothing was decided. */
function codeOf(cause) {
  return cause instanceof RequestError && cause.code !== 'not_configured' ? cause.code : 'edge_unavailable';
}
