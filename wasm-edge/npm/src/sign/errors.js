/** Why nothing was signed. */
export class SignError extends Error {
  /**
   * @param {string} field the member at fault: a token's field, or a member of the key or the site
   * @param {string} message what would be right; never a secret
   */
  constructor(field, message) {
    super(`${field}: ${message}`);
    this.name = 'SignError';
    this.field = field;
  }
}
