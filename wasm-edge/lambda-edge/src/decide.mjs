// An event's request to the module, and its decision.
import { linesOf, valueOf } from './headers.mjs';

/**
 * What the module is asked about a request of an event. The country is not told: CloudFront adds
 * `CloudFront-Viewer-Country` after this event, and what stands there now is the viewer's own word.
 */
export function factsOf({ method, uri, querystring, headers, clientIp }) {
  return {
    host: valueOf(headers, 'host'),
    method,
    target: querystring ? `${uri}?${querystring}` : uri,
    headers: linesOf(headers),
    client: clientIp ?? null,
    country: null,
  };
}

/**
 * The decision, and whether the origin must look at the country. A token with `geo` fails here for
 * want of a country alone, as all other checks but `revoked` come before: decided as for a country
 * that it grants, such a request goes to the origin, which is told the country and denies it there.
 * @param {import('../../js/edge.js').Edge} edge
 * @param {import('../../js/edge.d.ts').EdgeRequest} facts
 */
export function decide(edge, facts) {
  const decision = edge.verify(facts);
  if (decision.reason !== 'geo') return { decision, isLeft: false };
  const { fields } = edge.verify(facts, { fields: true }).verdict;
  const country = grantedBy(fields?.geo ?? []);
  if (country === null) return { decision, isLeft: false };
  const granted = edge.verify({ ...facts, country });
  return granted.passes ? { decision: { ...granted, settled: false }, isLeft: true } : { decision, isLeft: false };
}

/** A country that `geo` (docs/TOKEN.md §1) grants; null: there is none. */
function grantedBy(geo) {
  const known = (country) => country !== 'XX' && country !== 'ZZ';
  if (!geo[0]?.startsWith('-')) return geo.find(known) ?? null;
  for (let at = 0; at < 26 * 26; at++) {
    const country = String.fromCharCode(65 + Math.floor(at / 26), 65 + (at % 26));
    if (known(country) && !geo.includes(`-${country}`)) return country;
  }
  return null;
}
