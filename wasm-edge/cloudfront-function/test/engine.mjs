// The engines that the functions run in here: V8 with everything deleted that runtime 2.0 does not
// list, and njs, the engine that CloudFront's runtime is built on, where it is installed.
import { spawnSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import vm from 'node:vm';

const HERE = new URL('..', import.meta.url);
const ALLOWED = JSON.parse(readFileSync(new URL('test/runtime.json', HERE), 'utf8'));
const DRIVER = readFileSync(new URL('test/driver.js', HERE), 'utf8');
const IMPORT = "import cf from 'cloudfront';";

/** A function's code as it is deployed. */
export const deployed = (name) => readFileSync(new URL(`dist/${name}.js`, HERE), 'utf8');

const withDriver = (name) => {
  const code = deployed(name);
  if (!code.startsWith(IMPORT)) {
    throw new Error(`dist/${name}.js does not start with ${IMPORT}`);
  }
  return `${code.slice(IMPORT.length)}\n${DRIVER}`;
};

/** Deletes of a context what is not on the list, and gives what was kept. */
function strip(context) {
  const kept = vm.runInContext(`(${stripInside})(${JSON.stringify(ALLOWED)})`, context);
  return kept;
}

/* c8 ignore next: it runs inside the context. */
function stripInside(allowed) {
  const kept = [];
  const reduce = (object, names, label) => {
    for (const name of Object.getOwnPropertyNames(object)) {
      if (names.includes(name)) {
        kept.push(`${label}.${name}`);
      } else if (Object.getOwnPropertyDescriptor(object, name).configurable) {
        delete object[name];
      }
    }
  };
  for (const [name, { own = [], prototype = [] }] of Object.entries(allowed.builtins)) {
    reduce(globalThis[name], ['prototype', 'name', 'length', ...own], name);
    if (globalThis[name].prototype) {
      reduce(globalThis[name].prototype, ['constructor', 'length', ...prototype], `${name}.prototype`);
    }
  }
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!allowed.globals.includes(name) && !(name in allowed.builtins) && !name.startsWith('__')) {
      delete globalThis[name];
    }
  }
  return kept;
}

/** The runtime's modules; nothing else of Node is reachable. */
const required = (name) => {
  if (name !== 'crypto') {
    throw new Error(`no module ${name}`);
  }
  return { createHash, createHmac };
};

/** A runner in V8: `await run(cases)`. */
export function inV8(name) {
  const context = vm.createContext({ __strip: 1 }, { codeGeneration: { strings: false, wasm: false } });
  strip(context);
  context.Buffer = Buffer;
  context.require = required;
  const script = new vm.Script(`'use strict';${withDriver(name)}\n;drive`, { filename: `${name}.js` });
  const drive = script.runInContext(context);
  const parse = vm.runInContext('JSON.parse', context);
  return async (cases) => JSON.parse(JSON.stringify(await drive(parse(JSON.stringify(cases)))));
}

/** Where njs is, or undefined. */
export function njsProgram() {
  const program = process.env.COUNTERSIGN_TEST_NJS || 'njs';
  return spawnSync(program, ['-v']).status === 0 ? program : undefined;
}

/** A runner in njs. */
export function inNjs(name, program = njsProgram()) {
  return async (cases) => {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-njs-'));
    try {
      const file = join(folder, 'run.js');
      const data = JSON.stringify(JSON.stringify(cases)).replace(/[\u2028\u2029]/g, (sign) =>
        `\\u${sign.charCodeAt(0).toString(16)}`);
      writeFileSync(file, `${withDriver(name)}
drive(JSON.parse(${data})).then((results) => {
  require('fs').writeFileSync(${JSON.stringify(join(folder, 'results.json'))}, JSON.stringify(results));
});
`);
      const ran = spawnSync(program, [file], { encoding: 'utf8' });
      if (!existsSync(join(folder, 'results.json'))) {
        throw new Error(`njs: ${ran.stdout.slice(0, 2_000)}${ran.stderr.slice(0, 2_000)}`);
      }
      return JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
}
