// A user's project with the package in it, installed from its tarball.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const quiet = ['--silent', '--offline', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts'];

/** Builds and packs the package. Gives the tarball's path. */
export async function pack(folder) {
  await run(process.execPath, [here('build.mjs')]);
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: here('dist') });
  const [{ filename }] = JSON.parse(stdout);
  return join(folder, filename);
}

/**
 * Makes a project. `COUNTERSIGN_NPM_TARBALL` names a tarball that is packed already.
 * @param {string[]} [packages] others that the project has: those of `modules`
 * @param {string} [modules] a `node_modules`
 * @returns {Promise<{ folder: string, add: (name: string, text: string) => Promise<string>, remove: () => Promise<void> }>}
 */
export async function project(packages = [], modules = '') {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-npm-'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }\n');
  const tarball = process.env.COUNTERSIGN_NPM_TARBALL ?? await pack(folder);
  await run('npm', ['install', ...quiet, tarball], { cwd: folder });
  for (const name of packages) {
    const place = join(folder, 'node_modules', name);
    await mkdir(dirname(place), { recursive: true });
    await symlink(join(modules, name), place);
  }
  await cp(here('vectors/all.js'), join(folder, 'all.js'));
  await cp(here('../js/vectors.js'), join(folder, 'vectors.js'));
  return {
    folder,
    add: async (name, text) => {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
      return join(folder, name);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
