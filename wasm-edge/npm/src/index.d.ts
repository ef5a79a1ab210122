import type { Edge, EdgeRequest } from './lib/edge.js';

export * from './lib/edge.js';
export * from './sign.js';

/**
 * A validator over the package's module.
 * @param document what `countersign edge config` prints, as text or parsed; left out: `configure` takes it later
 * @throws {import('./lib/edge.js').ConfigError}
 */
export function createEdge(document?: unknown): Promise<Edge>;

/** What a platform knows of a request beside its lines. Only what is trusted belongs here. */
export interface Facts {
  /** The client's address, without a port. */
  client?: string | null | undefined;
  /** The client's ISO 3166-1 country. */
  country?: string | null | undefined;
  /** Unix seconds; left out: now. */
  now?: number;
  /** In place of the request's own. */
  host?: string;
  /** A site's name, in place of the host. */
  site?: string;
}

/** What is read of a request of `node:http`. */
export interface NodeRequest {
  method?: string | undefined;
  url?: string | undefined;
  originalUrl?: string | undefined;
  headers: Record<string, string | string[] | undefined> & { host?: string | undefined };
  rawHeaders: string[];
}

/** A `Request` of the Fetch standard, for `verify` and `explain`. */
export function fromRequest(request: Request, facts?: Facts): EdgeRequest;

/** A request of `node:http`, or of a framework upon it such as Express, for `verify` and `explain`. */
export function fromNode(request: NodeRequest, facts?: Facts): EdgeRequest;
