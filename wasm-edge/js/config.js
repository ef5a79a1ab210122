// The document of `countersign edge config` (docs/EDGE.md), checked and laid out as ABI.md says.
import { boolean, list, number, object, optional, patterns, text, texts, word } from './checks.js';
import { ConfigError } from './errors.js';
import { ALGORITHMS, MODES, REASONS, REVOCATIONS, STATES, STATUSES } from './words.js';
import { Writer } from './writer.js';

/**
 * @typedef {object} Site what a host needs of a site besides decisions
 * @property {string} name
 * @property {string} header the token's header, in lower case
 * @property {string[]} hosts in lower case; empty: any
 * @property {string | null} publicUrl
 * @property {boolean} showReasons
 * @property {boolean} reportOnly whether a host refuses nothing, and tells what it would have refused
 */

/**
 * Reads a document. Members that are unknown are passed over; what is known and wrong is refused.
 * @param {unknown} document
 * @returns {{ sites: Site[], config: Writer, secrets: Writer }}
 */
export function read(document) {
  const { version, sites } = object(document, '');
  if (version !== 1) {
    throw new ConfigError('version', `${JSON.stringify(version)} is not known here; this loader reads version 1`);
  }
  const all = list(sites, 'sites');
  const [config, secrets] = [new Writer(), new Writer()];
  config.u32(all.length);
  const read = all.map((site, place) => readSite(object(site, `sites[${place}]`), `sites[${place}]`, config, secrets));
  checkHosts(read);
  return { sites: read, config, secrets };
}

function readSite(site, where, config, secrets) {
  const token = object(site.site, `${where}.site`);
  const at = (member) => `${where}.site.${member}`;
  const name = text(token.name, at('name'));
  const header = text(token.header ?? 'countersign', at('header'));
  config.text(name);
  config.text(text(token.param ?? 'cs', at('param')));
  config.text(header);
  config.text(text(token.cookie ?? 'cs', at('cookie')));
  config.u64(number(token.skew ?? 30, at('skew')));
  config.optional(optional(token.max_ttl, at('max_ttl')));
  writeStatuses(object(site.status ?? {}, `${where}.status`), `${where}.status`, config);
  config.u32(word(site.edge_revocation ?? 'expiry', REVOCATIONS, `${where}.edge_revocation`));
  const key = object(site.cache_key ?? {}, `${where}.cache_key`);
  config.texts([...new Set(texts(key.parameters, `${where}.cache_key.parameters`))]);
  writePolicy(list(token.policy, at('policy')), at('policy'), config);
  const keys = list(site.keys, `${where}.keys`);
  config.u32(keys.length);
  keys.forEach((key, place) => {
    const where_key = `${where}.keys[${place}]`;
    writeKey(object(key, where_key), where_key, config, secrets);
  });
  writeRevoked(object(token.revoked ?? {}, at('revoked')), at('revoked'), config);
  return {
    name,
    header: header.toLowerCase(),
    hosts: texts(site.hosts, `${where}.hosts`).map((host) => host.toLowerCase()),
    publicUrl: site.public_url === undefined || site.public_url === null ? null : text(site.public_url, `${where}.public_url`),
    showReasons: boolean(site.show_reasons ?? true, `${where}.show_reasons`),
    reportOnly: boolean(site.report_only ?? false, `${where}.report_only`),
  };
}

function writeStatuses(status, where, config) {
  REASONS.forEach((reason, place) => {
    const own = number(status[reason] ?? STATUSES[place], `${where}.${reason}`);
    if (own < 400 || own > 499) throw new ConfigError(`${where}.${reason}`, `${own} is not 400–499`);
    config.u32(own);
  });
}

function writePolicy(policy, where, config) {
  config.u32(policy.length);
  policy.forEach((rule, place) => {
    const { mode, paths } = object(rule, `${where}[${place}]`);
    config.u32(word(mode, MODES, `${where}[${place}].mode`));
    const list = patterns(paths, `${where}[${place}].paths`);
    if (list === null) throw new ConfigError(`${where}[${place}].paths`, 'is missing');
    config.text(list);
  });
}

function writeKey(key, where, config, secrets) {
  const algorithm = word(key.alg, ALGORITHMS, `${where}.alg`);
  config.u32(algorithm);
  config.u32(word(key.state ?? 'active', STATES, `${where}.state`));
  config.text(text(key.kid, `${where}.kid`));
  for (const member of ['from', 'until', 'max_ttl']) config.optional(optional(key[member], `${where}.${member}`));
  config.text(patterns(key.paths, `${where}.paths`) ?? '');
  const material = algorithm === 0 ? 'secret' : 'public';
  // The value itself is never shown.
  if (typeof key[material] !== 'string') {
    throw new ConfigError(`${where}.${material}`, 'is missing; a secret is in the document only where it was asked for, or comes from where the platform keeps secrets');
  }
  secrets.text(key[material]);
}

function writeRevoked(revoked, where, config) {
  for (const member of ['jti', 'sub', 'sid', 'kid']) config.texts(texts(revoked[member], `${where}.${member}`));
  config.optional(optional(revoked.issued_before, `${where}.issued_before`));
  const times = Object.entries(object(revoked.sub_issued_before ?? {}, `${where}.sub_issued_before`));
  config.u32(times.length);
  for (const [sub, time] of times) {
    config.text(text(sub, `${where}.sub_issued_before`));
    config.u64(number(time, `${where}.sub_issued_before[${JSON.stringify(sub)}]`));
  }
}

/** As the origin has it: each host once, and a site of any host alone. */
function checkHosts(sites) {
  const seen = new Set();
  sites.forEach(({ hosts }, place) => {
    if (hosts.length === 0 && sites.length > 1) {
      throw new ConfigError(`sites[${place}].hosts`, 'is empty, which means any host; so it can be the only site');
    }
    for (const host of hosts) {
      if (seen.has(host)) throw new ConfigError(`sites[${place}].hosts`, `${JSON.stringify(host)} stands twice`);
      seen.add(host);
    }
  });
}
