// A model of a CloudFront distribution as README.md sets it up: the viewer-request function, a cache
// by the cache policy, the origin, the viewer-response function. It follows what AWS documents:
// the policy's key; `private`, `no-store` and `no-cache` honoured as MinTTL is 0; errors of 404, 405,
// 414 and 5xx kept for the error caching minimum TTL, which is set to 0; no viewer-response function
// behind a status of 400 or more.
import { readFileSync } from 'node:fs';
import { request as ask } from 'node:http';
import { inV8 } from './engine.mjs';
import { eventOf } from './event.mjs';

const POLICY = JSON.parse(readFileSync(new URL('../distribution/cache-policy.json', import.meta.url), 'utf8'))
  .ParametersInCacheKeyAndForwardedToOrigin;

const linesOf = (entries) => Object.entries(entries).flatMap(([name, { value, multiValue }]) =>
  (multiValue ?? [{ value }]).map((one) => [name, one.value]));

const ageOf = (control) => {
  if (/no-store|private|no-cache/.test(control)) {
    return 0;
  }
  return Number(/s-maxage=(\d+)/.exec(control)?.[1] ?? /max-age=(\d+)/.exec(control)?.[1] ?? 0);
};

/** The text of an event's parameters, { NAME: { value, multiValue } }. */
const textOf = (query) => Object.entries(query)
  .flatMap(([name, { value, multiValue = [{ value }] }]) => multiValue.map((one) => `${name}=${one.value}`)).join('&');

export class Distribution {
  #store = new Map();
  #request = inV8('viewer-request');
  #response = inV8('viewer-response');
  #ids = 0;
  fetched = [];

  /** `entries`: of the KeyValueStore. `origin`: its port. */
  constructor(entries, origin) {
    this.entries = Object.fromEntries(entries.map(({ key, value }) => [key, value]));
    this.origin = origin;
  }

  /** What a viewer gets: { status, headers, body, cache: 'function' | 'hit' | 'miss' }. */
  async get(target, { method = 'GET', headers = [], ip = '192.0.2.1', now = Math.floor(Date.now() / 1000) } = {}) {
    this.#ids += 1;
    const all = headers.some(([name]) => name.toLowerCase() === 'host') ? headers : [['Host', 'media.example'], ...headers];
    const event = eventOf({ method, target, headers: all, client_ip: ip }, `id-${this.#ids}`);
    const [{ answer }] = await this.#request([{ event, store: this.entries, now }]);
    if (answer.statusCode) {
      return { status: answer.statusCode, headers: new Map(linesOf(answer.headers)), body: answer.body, cache: 'function' };
    }
    // CloudFront puts together again what the function left as it was.
    if (typeof answer.querystring !== 'string') answer.querystring = textOf(answer.querystring);
    const key = this.keyOf(answer);
    const kept = this.#store.get(key);
    const isHit = kept && kept.until > now && method !== 'OPTIONS';
    const found = isHit ? kept.answer : await this.#fetch(answer);
    const secs = ageOf(found.headers.get('cache-control') ?? '');
    if (!isHit && secs > 0 && method === 'GET' && found.status === 200) {
      this.#store.set(key, { answer: found, until: now + secs });
    }
    const seen = await this.#answered(event, answer, found, now);
    return { ...seen, cache: isHit ? 'hit' : 'miss', sent: answer };
  }

  /** The key of a request behind the function. */
  keyOf({ uri, querystring, headers }) {
    const { HeadersConfig, QueryStringsConfig } = POLICY;
    const names = QueryStringsConfig.QueryStrings?.Items ?? [];
    return JSON.stringify([
      uri,
      HeadersConfig.Headers.Items.map((name) => headers[name]?.value),
      querystring.split('&').filter((piece) => names.includes(piece.split('=')[0])),
    ]);
  }

  async #answered(event, sent, found, now) {
    if (found.status >= 400) {
      return found;
    }
    const headers = Object.fromEntries([...found.headers].map(([name, value]) => [name, { value }]));
    const response = { statusCode: found.status, headers, cookies: {} };
    const [{ answer }] = await this.#response([{
      event: { ...event, request: sent, response }, store: this.entries, now,
    }]);
    return { status: answer.statusCode, headers: new Map(linesOf(answer.headers)), body: found.body };
  }

  /** Asks the origin with all that the viewer sent (origin request policy AllViewer…). */
  #fetch({ method, uri, querystring, headers, cookies }) {
    const cookie = linesOf(cookies).map((pair) => pair.join('=')).join('; ');
    const lines = [...linesOf(headers), ...(cookie ? [['cookie', cookie]] : [])];
    this.fetched.push({ uri, querystring, headers: Object.fromEntries(lines) });
    return new Promise((resolve, reject) => {
      const options = {
        host: '127.0.0.1', port: this.origin, method, agent: false, setHost: false,
        path: querystring ? `${uri}?${querystring}` : uri, headers: lines.flat(),
      };
      const asked = ask(options, (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () => resolve({
          status: answer.statusCode,
          headers: new Map(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
          body: Buffer.concat(chunks).toString(),
        }));
      });
      asked.on('error', reject);
      asked.end();
    });
  }
}
