// node speed.mjs: what one verification costs the viewer-request function: a
// usual request with an HS256 token in its query, store and answer included, without what the driver
// costs. V8 is Node's and compiles what runs often; njs interprets, as CloudFront's engine does.
// Neither is CloudFront: `aws cloudfront test-function` tells its own share as ComputeUtilization.
import { createHmac } from 'node:crypto';
import { entriesOf } from './kvs.mjs';
import { inNjs, inV8, njsProgram } from './test/engine.mjs';
import { eventOf } from './test/event.mjs';
import { SECRET, SITE, signed } from './test/sign.mjs';

/** Short turns, of which some are not interrupted; njs starts anew for each of its own. */
const IN_V8 = { turns: 150, count: 100 };
const IN_NJS = { turns: 9, count: 1000 };
const NOW = 1_800_000_000;
const PATH = '/media/projects/2031/summer/holiday-by-the-lake/photo-07.jpg';

const entries = entriesOf({ version: 1, sites: [{ site: { name: SITE }, keys: [{ kid: 'k1', alg: 'HS256', secret: SECRET }], hosts: [SITE] }] });
const store = Object.fromEntries(entries.map(({ key, value }) => [key, value]));
const token = signed(`1~kid=k1~exp=${NOW + 3600}`, { path: PATH });
// What a browser sends for a picture.
const headers = Object.entries({
  Host: SITE, 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  Accept: 'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5', 'Accept-Language': 'en-US,en;q=0.5',
  'Accept-Encoding': 'gzip, deflate, br, zstd', Referer: 'https://app.example/', 'Sec-Fetch-Dest': 'image',
});
const event = eventOf({ method: 'GET', target: `${PATH}?cs=${token}`, headers, client_ip: '192.0.2.7' });

async function millis(engine, count, idle) {
  const cases = Array.from({ length: count }, () => ({ event, store, now: NOW, idle }));
  const from = performance.now();
  const results = await engine(cases);
  const took = performance.now() - from;
  if (!idle && results[0].answer.uri !== PATH) throw new Error(JSON.stringify(results[0]));
  return took;
}

/** The quickest turn's microseconds for one: what else a machine does only adds to it. */
async function least({ turns, count }, turn) {
  let found = Infinity;
  for (let at = 0; at < turns; at++) found = Math.min(found, await turn(count));
  return found / count * 1000;
}

async function tell(name, size, engine) {
  const busy = await least(size, (count) => millis(engine, count, false));
  const idle = await least(size, (count) => millis(engine, count, true));
  console.log(`${name}: ${(busy - idle).toFixed(0)} µs a verification (quickest of ${size.turns} turns of ${size.count})`);
}

await tell(`V8 of Node ${process.versions.node}`, IN_V8, inV8('viewer-request'));
if (njsProgram()) await tell('njs', IN_NJS, inNjs('viewer-request'));
const hmac = await least(IN_V8, (count) => {
  const from = performance.now();
  for (let at = 0; at < count; at++) createHmac('sha256', SECRET).update(token).digest();
  return performance.now() - from;
});
console.log(`node:crypto's HMAC alone, in the same run: ${hmac.toFixed(1)} µs`);
