// The words behind the numbers of ABI.md, in their order.

/** Reasons, in the order of docs/TOKEN.md §5; number 1 is the first. */
export const REASONS = [
  'bad_path', 'conflict', 'missing', 'malformed', 'unsupported', 'unknown_key', 'key_retired', 'bad_signature',
  'lifetime', 'not_yet_valid', 'expired', 'path', 'method', 'ip', 'geo', 'revoked', 'exhausted',
];

/** The status of each reason, unless the site maps it to another. */
export const STATUSES = REASONS.map((reason) => ({ bad_path: 400, conflict: 400, missing: 401 })[reason] ?? 403);

export const OUTCOMES = ['', 'granted', 'public', 'reported', 'denied'];
export const CARRIERS = [null, 'path', 'query', 'header', 'cookie'];
export const MODES = ['required', 'optional', 'public', 'report'];
export const ALGORITHMS = ['HS256', 'EdDSA'];
export const STATES = ['active', 'accept', 'retired'];
export const REVOCATIONS = ['expiry', 'origin'];
