// A model of a CloudFront distribution as README.md sets it up: the viewer-request function, a cache
// by the cache policy, the origin, the viewer-response function. It follows what AWS documents: the
// policy's key; `private`, `no-store` and `no-cache` honoured as MinTTL is 0; `CloudFront-Viewer-Country`
// set behind the viewer request; no viewer-response function behind a status of 400 or more, nor behind
// an answer of the viewer-request function.
import { readFileSync } from 'node:fs';
import { eventOf } from './event.mjs';
import { imported } from './function.mjs';
import { askOrigin } from './origin.mjs';

const POLICY = JSON.parse(readFileSync(new URL('../distribution/cache-policy.json', import.meta.url), 'utf8'))
  .ParametersInCacheKeyAndForwardedToOrigin;
const KEY_HEADERS = POLICY.HeadersConfig.Headers.Items;

const linesOf = (headers) => Object.entries(headers).flatMap(([name, lines]) => lines.map(({ value }) => [name, value]));
const mapOf = (headers) => new Map(Object.keys(headers).map((name) => [name, headers[name].map(({ value }) => value).join(', ')]));

const ageOf = (control) => (/no-store|private|no-cache/.test(control) ? 0
  : Number(/s-maxage=(\d+)/.exec(control)?.[1] ?? /max-age=(\d+)/.exec(control)?.[1] ?? 0));

export class Distribution {
  #store = new Map();
  #ids = 0;
  /** What the origin was asked. */
  fetched = [];

  /** `parameters`: the names that the cache policy has as query strings. */
  constructor(handlers, port, parameters = []) {
    Object.assign(this, { handlers, port, parameters });
  }

  static async of(document, port, parameters) {
    return new Distribution(await imported(document), port, parameters);
  }

  /** What a viewer gets: { status, headers, body, by: 'function' | 'cache' | 'origin' }. */
  async get(target, { method = 'GET', headers = [], ip = '192.0.2.1', country = 'CH' } = {}) {
    this.#ids += 1;
    const event = eventOf({ method, target, headers, client_ip: ip }, `id-${this.#ids}`);
    const { config } = event.Records[0].cf;
    const sent = await this.handlers.handler(event);
    if (sent.status) return { status: Number(sent.status), headers: mapOf(sent.headers), body: sent.body ?? '', by: 'function' };
    const key = this.#keyOf(sent);
    const kept = this.#store.get(key);
    const found = kept ?? await this.#fetch(sent, ip, country);
    if (!kept && method === 'GET' && found.status === 200 && ageOf(found.headers.get('cache-control') ?? '') > 0) this.#store.set(key, found);
    const by = kept ? 'cache' : 'origin';
    if (found.status >= 400) return { ...found, by };
    const own = [...found.headers].map(([name, value]) => [name, [{ key: name, value }]]);
    const response = { status: String(found.status), statusDescription: '', headers: Object.fromEntries(own) };
    const seen = await this.handlers.viewerResponse({ Records: [{ cf: { config, request: sent, response } }] });
    return { status: Number(seen.status), headers: mapOf(seen.headers), body: found.body, by };
  }

  #keyOf({ uri, querystring, headers }) {
    const parameters = querystring.split('&').filter((piece) => this.parameters.includes(piece.split('=')[0]));
    return JSON.stringify([uri, KEY_HEADERS.map((name) => headers[name]?.[0].value), parameters]);
  }

  #fetch({ method, uri, querystring, headers }, ip, country) {
    const lines = [...linesOf(headers), ['X-Test-Client', ip], ['CloudFront-Viewer-Country', country]];
    this.fetched.push({ uri, querystring, headers: Object.fromEntries(linesOf(headers)) });
    return askOrigin(this.port, querystring ? `${uri}?${querystring}` : uri, { method, lines });
  }
}
