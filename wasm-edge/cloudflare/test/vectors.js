// The Worker that runs vectors: a module must be imported, none may be compiled at run time.
import all from '../../dist/countersign-edge.wasm';
import hs256 from '../../dist/countersign-edge-hs256.wasm';
import { load } from '../../js/edge.js';
import { run } from '../../js/vectors.js';

export default {
  async fetch(request) {
    const lines = [];
    let ok = true;
    try {
      const file = JSON.parse(await request.text());
      for (const [name, module, knowsEdDsa] of [['countersign-edge.wasm', all, true], ['countersign-edge-hs256.wasm', hs256, false]]) {
        const { cases, left, differences } = run(await load(module), file, knowsEdDsa);
        lines.push(...differences.map((difference) => `DIFFERENT ${difference}`));
        lines.push(`workerd, ${name}: ${cases} verify cases, ${differences.length} different${left ? `, ${left} with EdDSA keys left out` : ''}`);
        ok &&= cases > 0 && differences.length === 0;
      }
    } catch (error) {
      return new Response(`${error.message}\n`, { status: 400 });
    }
    return new Response(`${lines.join('\n')}\n`, { status: ok ? 200 : 409 });
  },
};
