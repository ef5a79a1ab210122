/** A token's fields (docs/TOKEN.md §1) but `kid`, which is the key's. Values are unescaped. */
export interface Grant {
  /** Valid until then, in Unix seconds. */
  exp: number;
  /** Valid from then on, in Unix seconds. */
  nbf?: number;
  /** When it was issued, in Unix seconds. */
  iat?: number;
  /** Patterns, as a token carries them: `/a/*`, `/a/**`, `-/a/private~20files/**`. Left out: exactly `path` of the options. */
  path?: string[];
  /** Addresses and networks. */
  ip?: string[];
  /** ISO 3166-1 countries, all plain or all with a leading `-`. */
  geo?: string[];
  /** Left out: `GET`, and `HEAD` with it. */
  method?: string[];
  /** Names of query parameters whose values are signed. */
  qs?: string[];
  /** Names of request headers whose values are signed, in lower case. */
  hdr?: string[];
  jti?: string;
  sub?: string;
  sid?: string;
  /** How many distinct uses; needs `jti`. */
  uses?: number;
  /** The store's version id of the object. */
  ver?: string;
  /** `inline` or `attachment`, either with `:` and a file name. */
  cd?: string;
  /** Content-Type of the answer. */
  ct?: string;
  /** Bytes a second. */
  bps?: number;
  /** Opaque; goes to the access log. */
  data?: string;
}

/** A key as in the document of `countersign edge config`, or in a key file. */
export interface SigningKey {
  kid: string;
  alg: 'HS256' | 'EdDSA';
  /** Left out: `active`. Others do not sign. */
  state?: 'active' | 'accept' | 'retired';
  /** HS256: 32–128 bytes in lower-case hexadecimal. */
  secret?: string;
  /** EdDSA: 32 bytes in lower-case hexadecimal. */
  public?: string;
  /** EdDSA: the private half, 32 bytes in lower-case hexadecimal. */
  private?: string;
  from?: number | null;
  until?: number | null;
  paths?: string[] | null;
  max_ttl?: number | null;
}

/** A site as in the document of `countersign edge config`. */
export interface SigningSite {
  name: string;
  param?: string;
  header?: string;
  cookie?: string;
  /** Seconds. */
  skew?: number;
  /** What is revoked already is not signed. */
  revoked?: {
    jti?: string[];
    sub?: string[];
    sid?: string[];
    kid?: string[];
    issued_before?: number | null;
    sub_issued_before?: Record<string, number>;
  };
}

export interface SignOptions {
  /** The site, or its name where all else is the default. */
  site: SigningSite | string;
  key: SigningKey;
  /** The private half of an EdDSA key, where the key does not hold it. */
  private?: string;
  /** The path, decoded: `/a b.png`, not `/a%20b.png`. Needed where the grant has no patterns. */
  path?: string;
  /** Parameters of the URL, decoded; those of `qs` are signed. */
  query?: Record<string, string | undefined>;
  /** Headers of the request to come; those of `hdr` are signed. */
  headers?: Record<string, string | undefined>;
}

export interface SignUrlOptions extends SignOptions {
  path: string;
  /** What stands before the path: `https://media.example`. Left out: nothing, and the URL starts with `/`. */
  baseUrl?: string | null;
  /** Where the token stands. Left out: `query`. `path` is for playlists, with patterns in the grant. */
  carrier?: 'query' | 'path';
}

/** Why nothing was signed. */
export class SignError extends Error {
  /** The member at fault: a token's field, or a member of the key or the site. */
  field: string;
}

/**
 * Signs a grant. Gives the token's text.
 * @throws {SignError}
 */
export function sign(grant: Grant, options: SignOptions): Promise<string>;

/**
 * Signs a grant and puts the token into a URL.
 * @throws {SignError}
 */
export function signUrl(grant: Grant, options: SignUrlOptions): Promise<string>;

/** The key that signs at a time (Unix seconds; left out: now): active, in its dates, with the latest `from`. */
export function signingKey<K extends SigningKey>(keys: readonly K[], now?: number): K | null;
