// What denials say, as the origin says it; the tests hold both together.

const ASK = 'Ask for a new link.';

/** Code → [title, detail]. `{s}` stands for seconds. */
export const TEXTS = {
  bad_path: ['The path has no canonical form', 'The path must be whole UTF-8 without empty, "." or ".." segments, escaped slashes, backslashes or control characters.'],
  conflict: ['More than one reading', 'The request brings more than one token, or a signed parameter or header twice or with a bad escape. Bring one.'],
  missing: ['A token is needed', 'Sign a URL for this path, or bring a token in the query, the path, the header or a cookie of this site.'],
  malformed: ['The token is malformed', `The token's text is damaged; was the link cut off or escaped twice? ${ASK}`],
  unsupported: ['The token is of a kind not supported here', 'The token has a field or version that this server does not carry out.'],
  unknown_key: ["The token's key is unknown", "The key that signed it is not in this site's key ring. Are signer and server configured with the same keys?"],
  key_retired: ["The token's key is not in use", `The key that signed it is retired, or outside its dates. ${ASK}`],
  bad_signature: ["The token's signature does not hold", 'It was signed with another secret, or for another path, site or signed value, or was changed since. `countersign explain` shows the signed bytes.'],
  lifetime: ['The token lives too long', 'It lives longer than the site or its key allows; sign it for a shorter time.'],
  not_yet_valid: ['The token is not valid yet', 'It becomes valid in {s} s.'],
  expired: ['The token has expired', `It expired {s} s ago. ${ASK}`],
  path: ['The token is for other paths', 'None of the patterns of the token, or of its key, covers this path.'],
  method: ['The token is for other methods', 'The token does not grant this method.'],
  ip: ['The token is for other networks', `Your address is not one that the token was signed for. ${ASK}`],
  geo: ['The token is for other countries', 'Your country is not one that the token was signed for, or is unknown.'],
  revoked: ['The token is revoked', `It was withdrawn. ${ASK}`],
  method_not_allowed: ['Method not allowed', 'Objects are read with GET or HEAD.'],
  unknown_host: ['Unknown host', "No site of this server has the request's Host. Is the host listed in the site's `hosts`?"],
  bad_request: ['Bad request', 'The request holds what is no HTTP.'],
  request_too_large: ['The request is too large', 'It has more than 250 header lines, or more than 64 KiB.'],
  origin_unavailable: ['The origin does not answer', 'The edge could not reach it. Try again in a moment.'],
  edge_unavailable: ['The edge cannot verify now', 'It has no configuration that it can use. Nothing is let through.'],
};

/** Codes that are no reasons, and their statuses. */
export const STATUSES = {
  bad_request: 400, method_not_allowed: 405, unknown_host: 421, request_too_large: 431, origin_unavailable: 502, edge_unavailable: 503,
};
