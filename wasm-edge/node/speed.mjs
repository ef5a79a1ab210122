// node wasm-edge/node/speed.mjs: a usual verification with the loader, and node:crypto doing the HMAC of
// its signed bytes alone, in turn, in one run. Prints the median of all turns of each.
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { load } from '../js/edge.js';

// Turns shorter than what a scheduler gives, so that most are whole on a busy machine.
const TURNS = 2000;
const EACH = 200;

const SECRET = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex');
const SITE = 'media.example';
const PATH = '/media/projects/2031/summer/holiday-by-the-lake/photo-07.jpg';
const NOW = 1_800_000_000;

const netstrings = (...parts) => parts.map((part) => `${part.length}:${part},`).join('');
const said = `1~kid=k1~exp=${NOW + 3600}`;
const signed = netstrings('countersign/1', SITE, said, PATH);
const hmac = () => createHmac('sha256', SECRET).update(signed).digest();

const request = {
  host: SITE,
  method: 'GET',
  target: `${PATH}?cs=${said}~sig=${hmac().toString('base64url')}`,
  // What a browser sends for a picture.
  headers: [
    ['host', SITE],
    ['user-agent', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'],
    ['accept', 'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5'],
    ['accept-language', 'en-US,en;q=0.5'],
    ['accept-encoding', 'gzip, deflate, br, zstd'],
    ['referer', 'https://app.example/'],
    ['sec-fetch-dest', 'image'],
    ['sec-fetch-mode', 'no-cors'],
    ['sec-fetch-site', 'cross-site'],
    ['priority', 'u=5, i'],
  ],
  client: '192.0.2.7',
  country: 'AT',
  now: NOW,
};

for (const name of ['countersign-edge.wasm', 'countersign-edge-hs256.wasm']) {
  const edge = await load(await readFile(new URL(`../dist/${name}`, import.meta.url)));
  const key = { kid: 'k1', alg: 'HS256', state: 'active', secret: SECRET.toString('hex') };
  edge.configure({ version: 1, sites: [{ site: { name: SITE }, keys: [key], hosts: [SITE] }] });
  const verify = () => edge.verify(request);
  if (verify().outcome !== 'granted') throw new Error(`${name} does not grant what is measured`);
  const times = { verify: [], hmac: [] };
  for (let turn = 0; turn < TURNS; turn++) {
    times.verify.push(measure(verify));
    times.hmac.push(measure(hmac));
  }
  const [verifyMicros, hmacMicros] = [times.verify, times.hmac].map(median);
  console.log(
    `${name}: ${verifyMicros.toFixed(2)} µs a verification; node:crypto's HMAC alone ${hmacMicros.toFixed(2)} µs (median of ${TURNS} turns)`,
  );
}

function measure(run) {
  const from = process.hrtime.bigint();
  for (let time = 0; time < EACH; time++) run();
  return Number(process.hrtime.bigint() - from) / EACH / 1000;
}

/** The first turns, in which the engine compiles, do not count. */
function median(times) {
  const sorted = times.slice(TURNS / 4).sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
