// Turns the document of `countersign edge config` into the entries of a CloudFront KeyValueStore.
//
//     node kvs.mjs edge.json                             prints them as an import file
//     node kvs.mjs edge.json --live keys.json --out DIR  writes what brings a store up to date: files
//                                                        for `update-keys`, in the order of their names
//
// `keys.json` is what `aws cloudfront-keyvaluestore list-keys` prints. README.md says how both are
// used, and describes each entry. Exit code 0: done; 2: wrong input.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DocumentFault, checkDocument } from './document.mjs';

/** The platform allows 1 KB a value, and 9 is the most that the head's one figure can say. */
export const MAX_VALUE_BYTES = 1_000;
export const MAX_ENTRIES = 9;
/** `update-keys` takes 50 keys at once. */
export const MAX_KEYS_AT_ONCE = 50;

const TEXTS = JSON.parse(readFileSync(new URL('texts.json', import.meta.url), 'utf8'));
const EXPOSED = 'accept-ranges, cache-status, content-disposition, content-length, content-range, '
  + 'countersign-reason, etag, retry-after, server-timing';

const listed = (revoked = {}) => ({
  jti: revoked.jti ?? [],
  sub: revoked.sub ?? [],
  sid: revoked.sid ?? [],
  kid: revoked.kid ?? [],
  issued_before: revoked.issued_before,
  sub_issued_before: Object.entries(revoked.sub_issued_before ?? {}),
});

/** One site as the function reads it. */
export function siteOf(told) {
  const { site } = told;
  const status = Object.entries(told.status ?? {}).filter(([code, own]) => TEXTS[code]?.status !== own);
  const cors = told.cors?.allowed_origins?.length ? {
    allowed_origins: told.cors.allowed_origins,
    allow_credentials: told.cors.allow_credentials || undefined,
    exposed_headers: EXPOSED,
  } : undefined;
  return {
    name: site.name,
    param: site.param ?? 'cs',
    header: (site.header ?? 'countersign').toLowerCase(),
    cookie: site.cookie ?? 'cs',
    skew: site.skew ?? 30,
    max_ttl: site.max_ttl ?? undefined,
    policy: (site.policy ?? []).map(({ paths, mode }) => ({ paths: paths.join('!'), mode })),
    keys: told.keys.map(({ kid, state, secret, from, until, paths, max_ttl }) => ({
      kid,
      state: state === 'retired' ? state : undefined,
      secret,
      from: from ?? undefined,
      until: until ?? undefined,
      paths: paths?.join('!'),
      max_ttl: max_ttl ?? undefined,
    })),
    revoked: site.revoked ? listed(site.revoked) : undefined,
    status: status.length ? Object.fromEntries(status) : undefined,
    show_reasons: told.show_reasons === false ? false : undefined,
    report_only: told.report_only === true ? true : undefined,
    edge_revocation: told.edge_revocation === 'origin' ? 'origin' : undefined,
    cors,
  };
}

/** Cuts text into pieces of so many bytes of UTF-8, never inside a character. */
function pieces(text, firstBytes, bytes) {
  const found = [''];
  let room = firstBytes;
  for (const character of text) {
    const length = Buffer.byteLength(character);
    if (length > room) {
      found.push('');
      room = bytes;
    }
    found[found.length - 1] += character;
    room -= length;
  }
  return found;
}

/** The entries of one site: its text in pieces, and a head for each of its hosts. */
function siteEntries(told) {
  const text = JSON.stringify(siteOf(told));
  const tag = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const [first, ...rest] = pieces(text, MAX_VALUE_BYTES - 9, MAX_VALUE_BYTES);
  if (rest.length >= MAX_ENTRIES) {
    throw new DocumentFault(`site ${told.site.name}: ${Buffer.byteLength(text)} bytes are more than the function reads `
      + `(${MAX_ENTRIES} entries of ${MAX_VALUE_BYTES}); fewer keys, policy rules or revocations fit`);
  }
  const hosts = told.hosts?.length ? told.hosts : ['*'];
  return [
    ...rest.map((value, i) => ({ key: `${tag}/${i + 1}`, value })),
    ...hosts.map((host) => ({ key: `site/${host.toLowerCase()}`, value: `${tag}${rest.length + 1}${first}` })),
  ];
}

/** What answers say, an entry for each code. */
function textEntries() {
  return Object.entries(TEXTS).map(([code, { allow, ...told }]) => {
    const headers = {
      'content-type': 'application/problem+json',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      ...(allow ? { allow } : {}),
    };
    const inForm = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { value }]));
    return { key: `text/${code}`, value: JSON.stringify({ ...told, headers: inForm }) };
  });
}

/** All entries of a document, those before which none may be read first. */
export function entriesOf(document) {
  checkDocument(document);
  const entries = [...textEntries(), ...document.sites.flatMap(siteEntries)];
  const isHead = ({ key }) => key.startsWith('site/');
  return [...entries.filter((entry) => !isHead(entry)), ...entries.filter(isHead)];
}

/** What a reader should know of a document before it is deployed. */
export function warningsOf(document) {
  return document.sites.flatMap(({ site, keys }) => keys
    .filter(({ alg, state }) => alg !== 'HS256' && state !== 'retired')
    .map(({ kid, alg }) => `site ${site.name}: tokens of key ${kid} (${alg}) are refused as unsupported: `
      + 'CloudFront Functions have HMAC only'));
}

/**
 * From the store's keys to the document's: lots for `update-keys` in three steps, each to be begun
 * when the edges have the one before.
 */
export function stepsTo(document, liveKeys) {
  const entries = entriesOf(document).map(({ key, value }) => ({ Key: key, Value: value }));
  const wanted = new Set(entries.map(({ Key }) => Key));
  const isHead = ({ Key }) => Key.startsWith('site/');
  const gone = liveKeys.filter((key) => !wanted.has(key) && /^(site|text|[0-9a-f]{8})\//.test(key));
  const lots = (list) => Array.from({ length: Math.ceil(list.length / MAX_KEYS_AT_ONCE) }, (_, i) =>
    list.slice(i * MAX_KEYS_AT_ONCE, (i + 1) * MAX_KEYS_AT_ONCE));
  return [
    { name: 'pieces', lots: lots(entries.filter((entry) => !isHead(entry))).map((Puts) => ({ Puts })) },
    { name: 'heads', lots: lots(entries.filter(isHead)).map((Puts) => ({ Puts })) },
    { name: 'gone', lots: lots(gone.map((Key) => ({ Key }))).map((Deletes) => ({ Deletes })) },
  ];
}

/** Writes each lot as a file for `update-keys --cli-input-json`, with mode 0600: it holds secrets. */
function writeSteps(steps, folder) {
  mkdirSync(folder, { recursive: true });
  steps.forEach(({ name, lots }, step) => lots.forEach((lot, i) => {
    const file = join(folder, `${step + 1}-${name}-${i + 1}.json`);
    writeFileSync(file, `${JSON.stringify(lot, null, 2)}\n`, { mode: 0o600 });
    console.log(file);
  }));
}

function read(name) {
  let text;
  try {
    text = readFileSync(name, 'utf8');
  } catch (error) {
    throw new DocumentFault(`${name}: ${error.message}`);
  }
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message may quote the text, and with it a secret.
    throw new DocumentFault(`${name}: is no JSON`);
  }
}

function main(argv) {
  const { values, positionals: [file] } = parseArgs({
    args: argv, allowPositionals: true, options: { live: { type: 'string' }, out: { type: 'string' } },
  });
  if (!file || !values.live !== !values.out) {
    throw new DocumentFault('node kvs.mjs edge.json [--live keys.json --out DIR]');
  }
  const document = read(file);
  if (values.live) {
    const live = read(values.live).Items;
    if (!Array.isArray(live)) {
      throw new DocumentFault(`${values.live}: has no Items; write it with \`aws cloudfront-keyvaluestore list-keys\``);
    }
    writeSteps(stepsTo(document, live.map(({ Key }) => Key)), values.out);
  } else {
    console.log(JSON.stringify({ data: entriesOf(document) }, null, 2));
  }
  warningsOf(document).forEach((warning) => console.error(`warning: ${warning}`));
}

if (process.argv[1] && import.meta.url === new URL(`file://${process.argv[1]}`).href) {
  try {
    main(process.argv.slice(2));
  } catch (fault) {
    console.error(`error: ${fault.message}`);
    process.exitCode = 2;
  }
}
