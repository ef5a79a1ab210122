/** A request as a host saw it. Whatever is unknown is left out, and never guessed. */
export interface EdgeRequest {
  /** The `Host`; which site is asked follows from it. Left out: the only site. */
  host?: string;
  /** A site's name, in place of `host`. */
  site?: string;
  /** In the case it was sent. */
  method: string;
  /** Path and query, as they were sent: in origin form, never decoded. */
  target: string;
  /** All header lines. A character stands for one byte. */
  headers?: Iterable<readonly [string, string]> | Record<string, string | readonly string[] | undefined> | null;
  /** The client's address, without a port. */
  client?: string | null;
  /** The client's ISO 3166-1 country. */
  country?: string | null;
  /** Unix seconds; left out: now. */
  now?: number;
}

export type Outcome = 'granted' | 'public' | 'reported' | 'denied';
export type Carrier = 'path' | 'query' | 'header' | 'cookie';
export type Reason =
  | 'bad_path' | 'conflict' | 'missing' | 'malformed' | 'unsupported' | 'unknown_key' | 'key_retired'
  | 'bad_signature' | 'lifetime' | 'not_yet_valid' | 'expired' | 'path' | 'method' | 'ip' | 'geo' | 'revoked'
  | 'exhausted';

/** What is to be done with a request. */
export interface Decision {
  outcome: Outcome;
  /** Whether the request may go on: every outcome but `denied`. */
  passes: boolean;
  /** Why it was denied, or would have been. */
  reason: Reason | null;
  /** The site's status for that reason. */
  status: number | null;
  /** What brought the token that decided. */
  carrier: Carrier | null;
  /** Whether the edge's cache may answer (docs/TOKEN.md §7). If not: to the origin, past the cache. */
  settled: boolean;
  /** The canonical path, written back as a URL's; `null` where the request does not pass. */
  path: string | null;
  /** Path and query to fetch, without any token. */
  target: string | null;
  /** What a copy is kept under: site, canonical path and the parameters that the site names. ASCII, to stand behind `https://…/`. */
  cacheKey: string | null;
  /** How long the token still lives; `null` without a granted one. */
  remainingSecs: number | null;
  /** Headers to set on the request that goes on; `null`: to take out. */
  headers: [name: string, value: string | null][];
  /** The site that decided. */
  site: Site;
  /** The verdict as `countersign explain --json` tells it; only where it was asked for. */
  verdict?: Verdict;
}

export interface Verdict {
  outcome: Outcome;
  reason?: Reason;
  /** The canonical path, decoded. */
  path?: string;
  carrier?: Carrier;
  /** The token's fields but `path`; of a denied token only where its signature held. */
  fields?: Record<string, string | number | string[]>;
  /** Of `explain` only. A build without them gives one step, `steps`, that says so. */
  steps?: Step[];
  /** There were more steps than there is room for. */
  truncated?: true;
}

export interface Step {
  name: string;
  outcome: 'noted' | 'passed' | 'failed';
  reason?: Reason;
  note: string;
}

export interface Site {
  name: string;
  /** The token's header, in lower case. */
  header: string;
  /** In lower case; empty: any. */
  hosts: string[];
  publicUrl: string | null;
  showReasons: boolean;
  /** A host refuses nothing of it, and tells what it would have refused (docs/EDGE.md). */
  reportOnly: boolean;
}

/** Why a document is refused. */
export class ConfigError extends Error {
  /** The member at fault: `sites[0].keys[1].secret`. */
  where: string;
}

/** Why a request gets no decision. It must not go on. */
export class RequestError extends Error {
  code: 'not_configured' | 'unknown_host' | 'request_too_large' | 'bad_request';
  /** What to answer with. */
  status: number;
}

export class Edge {
  constructor(module: WebAssembly.Module);
  /** Takes the document of `countersign edge config`, as text or parsed. Where it is refused, the old one stays. */
  configure(document: unknown): this;
  readonly sites: readonly Site[];
  /** @throws {RequestError} */
  verify(request: EdgeRequest, options?: { fields?: boolean }): Decision;
  /** @throws {RequestError} */
  explain(request: EdgeRequest): Decision;
}

/** Compiles the module where it is not compiled yet. */
export function load(source: BufferSource | WebAssembly.Module): Promise<Edge>;
