// A file of vectors (docs/TOKEN.md §8) against the installed package, in whatever runs this.
import { createEdge, sign } from '@countersign/edge';
import { createEdge as createHs256 } from '@countersign/edge/hs256';
import { run } from './vectors.js';

/**
 * @param {{ verify?: object[], sign?: object[] }} file
 * @returns {Promise<{ lines: string[], ok: boolean }>}
 */
export async function runAll(file) {
  const lines = [];
  let [ok, any] = [true, false];
  const add = (name, { cases, differences, left = 0 }) => {
    lines.push(...differences.map((difference) => `DIFFERENT ${difference}`));
    lines.push(`${name}: ${cases} cases, ${differences.length} different${left > 0 ? `, ${left} with EdDSA keys left out` : ''}`);
    ok &&= differences.length === 0;
    any ||= cases > 0;
  };
  if ((file.verify ?? []).length > 0) {
    add('verify', run(await createEdge(), file, true));
    add('verify, HS256 only', run(await createHs256(), file, false));
  }
  add('sign', await runSign(file.sign ?? []));
  if (!any) lines.push('nothing was run');
  return { lines, ok: ok && any };
}

async function runSign(cases) {
  const differences = [];
  for (const { name, grant, text, refuse, ...options } of cases) {
    const expected = refuse ? 'a refusal' : text;
    const found = await sign(grant, options).catch((error) => (error.name === 'SignError' ? 'a refusal' : String(error)));
    if (found !== expected) differences.push(`${JSON.stringify(name)}: expected ${expected}, found ${found}`);
  }
  return { cases: cases.length, differences };
}
