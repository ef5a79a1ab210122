/** Why a configuration document is refused. `where` is the member at fault: `sites[0].keys[1].secret`. */
export class ConfigError extends Error {
  /** @param {string} where @param {string} message */
  constructor(where, message) {
    super(where ? `${where}: ${message}` : message);
    this.name = 'ConfigError';
    this.where = where;
  }
}

/**
 * Why a request gets no decision. It must not go on: answer it with `status`.
 * `code`: `not_configured` (503), `unknown_host` (421), `request_too_large` (431), `bad_request` (400).
 */
export class RequestError extends Error {
  /** @param {string} code @param {number} status @param {string} message */
  constructor(code, status, message) {
    super(message);
    this.name = 'RequestError';
    this.code = code;
    this.status = status;
  }
}
