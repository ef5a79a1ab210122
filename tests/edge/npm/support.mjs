// What the tests of the package share.
import { execFile } from 'node:child_process';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { project } from '../../../wasm-edge/npm/project.mjs';

export const run = promisify(execFile);
export const at = (name) => fileURLToPath(new URL(name, import.meta.url));
export const root = at('../../../');
export const vectors = `${root}tests/vectors/v1.json`;

export const SECRET = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';
/** A document of a site with one key. */
export const DOCUMENT = {
  version: 1,
  sites: [{
    site: { name: 'media.example', policy: [{ paths: ['/free/**'], mode: 'public' }] },
    keys: [{ kid: 'k1', alg: 'HS256', state: 'active', secret: SECRET }],
    hosts: ['media.example'],
    public_url: 'https://media.example',
  }],
};

/** A project that is gone when the tests of the file are done. */
export async function tested(packages) {
  const user = await project(packages, at('node_modules'));
  after(() => user.remove());
  return user;
}

/** A program; its output where it fails. */
export async function program(command, args, options) {
  try {
    return await run(command, args, { maxBuffer: 64 * 1024 * 1024, ...options });
  } catch (error) {
    throw new Error(`${command} ${args.join(" ")}: ${error.code} ${error.stdout}${error.stderr}`);
  }
}
