// A Worker before the origin: verifies, answers from the edge's cache what may be, and sends the rest on.
import module from '../../dist/countersign-edge.wasm';
import document from '../edge.json';
import { Edge, RequestError } from '../../js/edge.js';
import { preflight, readable } from '../../js/cors.js';
import { denied, refused } from '../../js/problem.js';
import { withSecrets } from '../../js/secrets.js';
import { cached, keep } from './cache.js';
import { Unreachable, ask } from './origin.js';

let ready; // per isolate: the bindings of a deployment never change

export default {
  async fetch(request, env, context) {
    const id = crypto.randomUUID().replaceAll('-', '').slice(0, 24);
    try {
      ready ??= start(env);
    } catch (error) {
      console.error(`countersign: ${error.message}`);
      return refused('edge_unavailable', request, id);
    }
    const { edge, sites } = ready;
    const asked = describe(request);
    let decision;
    try {
      decision = edge.verify(asked);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      return refused(error.code, request, id, error.status);
    }
    const { site, origin } = sites.get(decision.site.name);
    const answered = answer({ request, context, edge, asked, decision, site, origin, id }).catch((error) => {
      if (!(error instanceof Unreachable)) throw error;
      console.error(`countersign: ${error.message}`);
      return refused('origin_unavailable', request, id);
    });
    return readable(site.cors, request, await answered);
  },
};

async function answer(it) {
  const { request, edge, asked, decision, site, origin, id } = it;
  if (isPreflight(request)) return preflight(site.cors, request);
  if (!['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return refused('method_not_allowed', request, id);
  if (!decision.passes) {
    if (!decision.site.reportOnly) {
      return denied(edge.verify(asked, { fields: true }), site, request, id, Math.floor(Date.now() / 1000));
    }
    // The origin decides, over what the client sent.
    console.warn(`countersign: would deny, ${decision.reason}`);
    const response = await ask(request, origin, asked.target, []);
    if (decision.site.showReasons) response.headers.set('countersign-edge-reason', decision.reason);
    return response;
  }
  // URL parsers may read a path another way: what was verified is fetched, or nothing.
  const url = new URL(origin + decision.target);
  const read = url.pathname + url.search;
  // They leave out the `?` of an empty query.
  if (read !== decision.target && `${read}?` !== decision.target) return refused('bad_path', request, id, 400);
  if (!decision.settled) return ask(request, origin, decision.target, decision.headers);
  return (await cached(request, decision)) ?? keep(it, await ask(request, origin, decision.target, decision.headers));
}

function start(env) {
  const whole = withSecrets(document, env.COUNTERSIGN_SECRETS);
  const edge = new Edge(module).configure(whole);
  const origins = originsOf(env.ORIGIN, whole.sites.map(({ site }) => site.name));
  return { edge, sites: new Map(whole.sites.map((site) => [site.site.name, { site, origin: origins[site.site.name] }])) };
}

/** `ORIGIN` is one for all sites, or JSON: `{"SITE": "https://…"}`. The origin knows the site by that host. */
function originsOf(text, names) {
  const all = text?.startsWith('{') ? JSON.parse(text) : Object.fromEntries(names.map((name) => [name, text]));
  for (const name of names) {
    if (!URL.canParse(all[name] ?? '') || new URL(all[name]).origin !== all[name]) {
      throw new Error(`ORIGIN: site ${name} needs a scheme and host only, such as https://origin.example`);
    }
  }
  return all;
}

/** What the client sent, as far as the platform tells it. */
function describe(request) {
  const { url, method, headers } = request;
  const start = url.indexOf('/', url.indexOf('://') + 3);
  return {
    host: new URL(url).host,
    method,
    target: start < 0 ? '/' : url.slice(start).split('#', 1)[0],
    headers,
    client: headers.get('cf-connecting-ip'),
    // Never `CF-IPCountry`: where the platform knows no country that may be the client's own.
    country: request.cf?.country ?? null,
  };
}

function isPreflight({ method, headers }) {
  return method === 'OPTIONS' && headers.has('origin') && headers.has('access-control-request-method');
}
