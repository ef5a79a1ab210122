/** What is wrong with what was typed, and in which field of the page. */
export class Fault extends Error {
  /** @param {string} field the id of an input @param {string} message what would be right; never a secret */
  constructor(field, message) {
    super(message);
    this.field = field;
  }
}

/** The inputs that the module's and the signer's members come from. */
const INPUTS = {
  'site.name': 'site', 'site.param': 'param', 'site.header': 'header', 'site.cookie': 'cookie', 'site.skew': 'skew',
  'site.max_ttl': 'max-ttl', kid: 'kid', 'key.secret': 'secret', secret: 'secret', 'key.public': 'public',
  public: 'public', private: 'private',
};

/** A `ConfigError` of the loader, at its input; of a pasted document, at that. */
export function ofConfig(error, isDocument) {
  const member = error.where.replace(/^sites\[0\]\.(?:keys\[\d+\]\.|site(?=\.))/, (start) => (start.endsWith('site') ? 'site' : ''));
  if (isDocument) return new Fault('document', error.message);
  return new Fault(INPUTS[member] ?? 'text', error.message.replace(/^sites\[0\]\.(?:site\.|keys\[\d+\]\.)?/, ''));
}

/** A `SignError` of the signer, at its input. */
export function ofSigning(error, hasPatterns) {
  if (error.field === 'path' && !hasPatterns) return new Fault('new-path', error.message);
  return new Fault(INPUTS[error.field] ?? `grant-${error.field}`, error.message);
}
