// A file of vectors (docs/TOKEN.md §8) against a module: shared by the runner of each host.

/**
 * Runs every verify case that the build can know: one of HS256 only leaves out those with EdDSA keys.
 * @param {import('./edge.js').Edge} edge
 * @param {{ verify: object[], sign?: object[] }} file
 * @returns {{ cases: number, left: number, differences: string[] }}
 */
export function run(edge, file, knowsEdDsa) {
  const differences = [];
  let [cases, left] = [0, 0];
  for (const vector of file.verify ?? []) {
    if (!knowsEdDsa && vector.keys.some(({ alg }) => alg === 'EdDSA')) {
      left += 1;
      continue;
    }
    cases += 1;
    const found = verdictOf(edge, vector);
    if (canonical(found) !== canonical(vector.expect)) {
      differences.push(`${JSON.stringify(vector.name)}: expected ${canonical(vector.expect)}, found ${canonical(found)}`);
    }
  }
  return { cases, left, differences };
}

/** What the module says, in the words of the file. */
function verdictOf(edge, { site, keys, now, request }) {
  try {
    edge.configure({ version: 1, sites: [{ site, keys }] });
    const decision = edge.verify({ ...request, client: request.client_ip, now }, { fields: true });
    const { outcome, reason, path, carrier, fields } = decision.verdict;
    const odd = oddities(decision, path);
    if (odd !== null) return { odd };
    switch (outcome) {
      case 'granted': return { allow: { ...fields, path, carrier } };
      case 'public': return { public: { path } };
      case 'reported': return { report: reason };
      default: return { deny: reason };
    }
  } catch (error) {
    return { error: String(error) };
  }
}

/** Where numbers and text of a decision do not say the same, or the path is not written back as §3 has it. */
function oddities(decision, path) {
  const { verdict } = decision;
  if (decision.outcome !== verdict.outcome) return `outcome ${decision.outcome}`;
  if (decision.reason !== (verdict.reason ?? null)) return `reason ${decision.reason}`;
  if (!decision.passes) return decision.target === null ? null : `target ${decision.target}`;
  if (decision.path !== written(path)) return `path ${decision.path}`;
  if (decision.target.split('?')[0] !== decision.path) return `target ${decision.target}`;
  return null;
}

/** A decoded path as a URL's: what is not unreserved is escaped, in upper case. */
export function written(path) {
  return Array.from(new TextEncoder().encode(path), (byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9._~/-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

/** JSON with its members in order. */
function canonical(value) {
  return JSON.stringify(value, (_, member) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member);
}

/** wasm-edge/build makes them. */
async function bytesOf(name, readModule) {
  try {
    return await readModule(name);
  } catch {
    throw new Error(`wasm-edge/dist/${name} is missing: run wasm-edge/build`);
  }
}

/**
 * A runner's whole work: both builds, what to print, and whether all is well.
 * @param {(name: string) => Promise<BufferSource>} readModule
 * @param {string} text the vector file
 * @param {(line: string) => void} print
 */
export async function report(load, readModule, text, print) {
  const file = JSON.parse(text);
  let ok = true;
  for (const name of ['countersign-edge.wasm', 'countersign-edge-hs256.wasm']) {
    const module = await WebAssembly.compile(await bytesOf(name, readModule));
    const knowsEdDsa = (new WebAssembly.Instance(module, {}).exports.features() & 1) !== 0;
    const { cases, left, differences } = run(await load(module), file, knowsEdDsa);
    for (const difference of differences) print(`DIFFERENT ${difference}`);
    const without = left > 0 ? `, ${left} with EdDSA keys left out` : '';
    print(`${name}: ${cases} verify cases, ${differences.length} different${without}`);
    if (cases === 0) print(`${name}: nothing was run`);
    ok &&= cases > 0 && differences.length === 0;
  }
  const signs = (file.sign ?? []).length;
  if (signs > 0) print(`${signs} sign cases left out: the module does not sign`);
  return ok;
}
