// Writes dist/*.js, the two functions as they are deployed, out of src/*.js.
//
//     node build.mjs            writes them
//     node build.mjs --check    says whether they are what it would write; exit code 1 where not
import { readFileSync, writeFileSync } from 'node:fs';
import { minify } from 'terser';

const HERE = new URL('.', import.meta.url);
/** The platform's limit on a function's code, in bytes; it cannot be raised. */
export const MAX_BYTES = 10_240;

/** Each function and the files that it is made of, in the order in which they stand. */
export const FUNCTIONS = {
  'viewer-request': ['text', 'headers', 'path', 'address', 'fields', 'carriers', 'verify', 'site', 'answer', 'request'],
  'viewer-response': ['text', 'headers', 'site', 'answer', 'response'],
};

/** Properties of objects that never leave the function; the tests read the others. */
const OWN_PROPERTIES = /^(located|parameters|rest|tokens|ours|strength|given|piece|groups|bits)$/;

/** One function's code as it is deployed. */
export async function built(name) {
  const files = FUNCTIONS[name].map((file) => readFileSync(new URL(`src/${file}.js`, HERE), 'utf8'));
  const { code } = await minify(files.join('\n'), {
    // ES 5.1 but for what the source itself uses: the runtime has a list, not a version.
    ecma: 5,
    toplevel: true,
    compress: { passes: 3, top_retain: ['handler', 'verify'], inline: 0, reduce_funcs: false },
    mangle: { reserved: ['handler', 'verify', 'cf', 'crypto'], properties: { regex: OWN_PROPERTIES } },
    format: { ascii_only: true },
  });
  const usesCrypto = code.includes('crypto.');
  return `import cf from 'cloudfront';${usesCrypto ? "const crypto=require('crypto');" : ''}\n${code}\n`;
}

async function main() {
  const checks = process.argv.includes('--check');
  for (const name of Object.keys(FUNCTIONS)) {
    const code = await built(name);
    const file = new URL(`dist/${name}.js`, HERE);
    const bytes = Buffer.byteLength(code);
    if (bytes > MAX_BYTES) {
      console.error(`${name}: ${bytes} bytes; CloudFront takes ${MAX_BYTES}`);
      process.exitCode = 1;
    } else if (!checks) {
      writeFileSync(file, code);
    } else if (readFileSync(file, 'utf8') !== code) {
      console.error(`dist/${name}.js is not what build.mjs writes: run \`node build.mjs\``);
      process.exitCode = 1;
    }
    console.log(`${name}: ${bytes} of ${MAX_BYTES} bytes`);
  }
}

if (process.argv[1] && import.meta.url === new URL(`file://${process.argv[1]}`).href) {
  await main();
}
