// Refusals as the origin answers them (RFC 9457; docs/DELIVERY.md, "Errors").

import { STATUSES, TEXTS } from './texts.js';

/**
 * The answer to a denied request.
 * @param {import('./edge.d.ts').Decision} decision of `verify(request, { fields: true })`
 * @param {{ site: { name: string }, show_reasons?: boolean }} site of the document
 * @param {{ method: string }} request
 * @param {string} id the request's
 * @param {number} now Unix seconds
 */
export function denied(decision, site, request, id, now) {
  const { reason, status } = decision;
  const shown = site.show_reasons !== false;
  const response = problem(reason, request, id, status, shown ? detail(decision, now) : undefined);
  if (shown) response.headers.set('countersign-reason', reason);
  if (reason === 'missing') response.headers.set('www-authenticate', `Countersign realm="${site.site.name}"`);
  return response;
}

/** The answer to a request that got no decision, or that nobody is granted. */
export function refused(code, request, id, status = STATUSES[code]) {
  const response = problem(code, request, id, status ?? 503, TEXTS[code]?.[1]);
  if (code === 'method_not_allowed') response.headers.set('allow', 'GET, HEAD, OPTIONS');
  if (response.status === 503) response.headers.set('retry-after', '2');
  return response;
}

function problem(code, { method }, id, status, detail) {
  const body = {
    type: `urn:countersign:problem:${code}`,
    title: TEXTS[code]?.[0] ?? TEXTS.edge_unavailable[0],
    status,
    code,
    ...(detail && { detail }),
    request_id: id,
  };
  return new Response(method === 'HEAD' ? null : JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  });
}

/** How long ago, or how long yet, only where the token's signature held. */
function detail({ reason, verdict }, now) {
  const { exp, nbf } = verdict?.fields ?? {};
  const seconds = reason === 'expired' ? now - exp : nbf - now;
  const text = TEXTS[reason]?.[1];
  if (text?.includes('{s}') && !Number.isFinite(seconds)) return undefined;
  return text?.replace('{s}', String(Math.max(0, seconds)));
}
