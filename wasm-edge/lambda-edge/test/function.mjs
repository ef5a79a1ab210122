// The function as it is deployed: built, unpacked, imported.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../build.mjs';
import { PUBLIC, SECRET, SITE } from './sign.mjs';

const folder = mkdtempSync(join(tmpdir(), 'countersign-lambda-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
let count = 0;

/** A document with one site; `own` replaces members of it. */
export const documentOf = (own = {}) => ({
  version: 1,
  sites: [{
    site: { name: SITE, max_ttl: 3600, policy: [] },
    keys: [{ kid: 'k1', alg: 'HS256', secret: SECRET }, { kid: 'ed', alg: 'EdDSA', public: PUBLIC },
      { kid: 'old', alg: 'HS256', secret: 'ab'.repeat(32), state: 'retired' }],
    hosts: [SITE],
    cors: { allowed_origins: ['https://page.example'], allow_credentials: true, max_age: 600 },
    ...own,
  }],
});

/** The folder of the unpacked zip. */
export function unpacked(document) {
  count += 1;
  const place = join(folder, String(count));
  const zip = join(folder, `${count}.zip`);
  build(JSON.stringify(document), zip);
  execFileSync('unzip', ['-q', zip, '-d', place]);
  return place;
}

/** The handlers of a document. */
export const imported = (document) => import(join(unpacked(document), 'lambda-edge/index.mjs'));
