import type { Decision, Edge, EdgeRequest } from './lib/edge.js';

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

export interface RefusalOptions {
  /** The request's; a `HEAD` gets no body. */
  method?: string | undefined;
  /** Left out: a random UUID. */
  requestId?: string | undefined;
  /** Unix seconds; left out: now. */
  now?: number | undefined;
}

/**
 * The answer to a request that must not go on: the origin's status, headers and problem body.
 * @param cause a decision that does not pass, or what `verify` threw
 */
export function refusal(cause: unknown, options?: RefusalOptions): Response;

export interface AdmitOptions {
  /**
   * What the server itself does where a token asks for it. A token that asks for anything else is denied
   * `unsupported`. `revocation`: it knows what is revoked, for sites with `edge_revocation = "origin"`.
   */
  carriesOut?: ('uses' | 'ver' | 'cd' | 'ct' | 'bps' | 'revocation')[];
  /** Left out: a random UUID. */
  requestId?: string | undefined;
}

export type Admission =
  /** `headers` belong on the answer: the reason for which a request that is let through would have been refused. */
  | { decision: Decision; headers: Record<string, string>; refusal?: undefined }
  | { decision?: undefined; headers?: undefined; refusal: Response };

/**
 * For servers that answer by themselves: the decision of a request that may be answered, with the token's
 * fields in `decision.verdict.fields`, or the answer that refuses it. Never throws for a request. Of a site
 * with `report_only` all that has a canonical path may be answered, with `outcome` `reported`.
 */
export function admit(edge: Edge, request: EdgeRequest, options?: AdmitOptions): Admission;
