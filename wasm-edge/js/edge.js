// The module's one loader, for every host of JavaScript. No dependencies.
import { read } from './config.js';
import { DecisionReader } from './decision.js';
import { ConfigError, RequestError } from './errors.js';
import { configError, requestError } from './faults.js';
import { RequestWriter, checked } from './request.js';

export { ConfigError, RequestError } from './errors.js';

const ABI_VERSION = 1;
const TOLD = 1;
const STEPS = 2;
/** The token signs headers, so it takes all lines. */
const NEEDS_LINES = -5;
/** What is told in place of steps where the build leaves them out. */
const NO_STEPS = { name: 'steps', outcome: 'noted', note: 'left out of this build; countersign-edge.wasm tells them' };

/**
 * Compiles the module where it is not compiled yet.
 * @param {BufferSource | WebAssembly.Module} source the file's bytes, or what an import of it gives
 * @returns {Promise<Edge>}
 */
export async function load(source) {
  // By its tag: Next.js hands its edge runtime a module of another realm.
  const isCompiled = Object.prototype.toString.call(source) === '[object WebAssembly.Module]';
  return new Edge(isCompiled ? source : await WebAssembly.compile(source));
}

/** A validator. Before `configure` it decides nothing. */
export class Edge {
  #module;
  #loaded = null;

  /** @param {WebAssembly.Module} module */
  constructor(module) {
    this.#module = module;
  }

  /**
   * Takes the document of `countersign edge config`, as text or parsed. Requests see the old one until
   * the new one has been accepted whole.
   * @param {unknown} document
   * @throws {ConfigError} then the old one stays
   */
  configure(document) {
    const { sites, config, secrets } = read(typeof document === 'string' ? parse(document) : document);
    try {
      this.#loaded = instantiate(this.#module, config.bytes, secrets.bytes, sites);
    } finally {
      config.wipe();
      secrets.wipe();
    }
    return this;
  }

  /** The configured sites. */
  get sites() {
    return this.#loaded === null ? [] : this.#loaded.sites;
  }

  /**
   * The decision over a request.
   * @param {import('./edge.d.ts').EdgeRequest} request
   * @param {{ fields?: boolean }} [options] `fields`: tell the verdict, with the token's fields
   * @returns {import('./edge.d.ts').Decision}
   * @throws {RequestError} then nothing was decided, and the request must not go on
   */
  verify(request, options) {
    return this.#decide(request, options?.fields ? TOLD : 0);
  }

  /**
   * The decision, with the steps that led to it in `decision.verdict.steps`. A build that leaves them
   * out gives one step that says so.
   * @param {import('./edge.d.ts').EdgeRequest} request
   * @returns {import('./edge.d.ts').Decision}
   */
  explain(request) {
    const decision = this.#decide(request, STEPS);
    decision.verdict.steps ??= [{ ...NO_STEPS }];
    return decision;
  }

  #decide(request, flags) {
    const loaded = this.#loaded;
    if (loaded === null) throw requestError(-1);
    const place = siteOf(request, loaded.sites);
    const now = request.now ?? Math.floor(Date.now() / 1000);
    if (!Number.isSafeInteger(now) || now < 0) throw new RequestError('bad_request', 400, 'now is whole Unix seconds');
    const site = loaded.sites[place];
    const parts = checked(request);
    const { requests, exports } = loaded;
    let decided = exports.verify(requests.write(parts, place, flags, now, site.header));
    if (decided === NEEDS_LINES) decided = exports.verify(requests.write(parts, place, flags, now, null));
    if (decided < 0) throw requestError(decided);
    return loaded.decisions.read(site);
  }
}

function parse(document) {
  try {
    return JSON.parse(document);
  } catch {
    // The parser's message may quote the text, and with it a secret.
    throw new ConfigError('', 'the document is no JSON');
  }
}

function instantiate(module, config, secrets, sites) {
  const { exports } = new WebAssembly.Instance(module, {});
  if (exports.abi_version() !== ABI_VERSION) throw configError(-1, 0, 0);
  const memory = exports.memory.buffer;
  const decisions = new DecisionReader(memory, exports.output());
  if (config.length + secrets.length > exports.input_bytes()) throw configError(-2, 0, 0);
  const input = new Uint8Array(memory, exports.input(), config.length + secrets.length);
  input.set(config);
  input.set(secrets, config.length);
  const code = exports.configure(config.length, secrets.length);
  if (code !== 0) throw configError(code, decisions.words[0], decisions.words[1]);
  return { exports, sites, decisions, requests: new RequestWriter(memory, exports.input()) };
}

/** By name where the request has one, else by host, as the origin does it. */
function siteOf({ site, host }, sites) {
  if (site !== undefined) {
    const place = sites.findIndex(({ name }) => name === site);
    if (place < 0) throw new RequestError('unknown_host', 421, 'no site has that name');
    return place;
  }
  if (sites.length === 1 && (sites[0].hosts.length === 0 || host === undefined)) return 0;
  const given = String(host ?? '').toLowerCase();
  const bare = given.replace(/:[0-9]*$/, '');
  let place = sites.findIndex(({ hosts }) => hosts.includes(given));
  if (place < 0) place = sites.findIndex(({ hosts }) => hosts.includes(bare));
  if (place < 0) throw new RequestError('unknown_host', 421, 'no site has that host');
  return place;
}
