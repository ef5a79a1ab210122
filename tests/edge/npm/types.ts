import { admit, createEdge, ConfigError, fromNode, fromRequest, RequestError, sign, SignError, signingKey, signUrl } from '@countersign/edge';
import type { Decision, Edge, EdgeRequest, Facts, Grant, Reason, SigningKey } from '@countersign/edge';
import { createEdge as small } from '@countersign/edge/hs256';
import { sign as only } from '@countersign/edge/sign';
import { createServer } from 'node:http';

const edge: Edge = await createEdge({ version: 1, sites: [] });
const facts: Facts = { client: '192.0.2.1', country: null };
const request: EdgeRequest = fromRequest(new Request('https://media.example/a'), facts);
const decision: Decision = edge.verify(request, { fields: true });
if (!decision.passes) {
  const reason: Reason | null = decision.reason;
  console.log(reason, decision.status?.toFixed());
} else {
  const target: string | null = decision.target;
  for (const [name, value] of decision.headers) console.log(target, name.length, value?.length);
}
console.log(edge.explain(request).verdict?.steps?.[0]?.note, (await small()).sites[0]?.name);
createServer((incoming) => edge.verify(fromNode(incoming, facts)));

const grant: Grant = { exp: 1_900_000_000, geo: ['DE'] };
const key: SigningKey = { kid: 'k1', alg: 'HS256', secret: '00' };
const chosen = signingKey([key]);
if (chosen !== null) console.log(await signUrl(grant, { site: 'media.example', key: chosen, path: '/a', query: { w: '1' } }));
try {
  console.log(await sign(grant, { site: { name: 'media.example' }, key, path: '/a' }), await only(grant, { site: 'a', key, path: '/' }));
} catch (error) {
  if (error instanceof SignError) console.log(error.field);
  if (error instanceof ConfigError) console.log(error.where);
  if (error instanceof RequestError) console.log(error.status);
}

const admission = admit(edge, request);
console.log(admission.refusal?.status, admission.headers?.['countersign-edge-reason'], edge.sites[0]?.reportOnly === true);

// @ts-expect-error a time is a number
await sign({ exp: '1900000000' }, { site: 'a', key, path: '/' });
// @ts-expect-error no such field
await sign({ exp: 1, aud: 'x' }, { site: 'a', key, path: '/' });
// @ts-expect-error a URL has a path
await signUrl(grant, { site: 'a', key });
// @ts-expect-error a request has a method
edge.verify({ target: '/' });
