// What a signer needs of a site (docs/TOKEN.md §8): the member `site` of `countersign edge config`.
import { SignError } from './errors.js';
import { isName, isUnicode } from './text.js';

const NAME = '1–64 of A-Z a-z 0-9 . _ -';

function named(value, where, isFine, rule) {
  if (!isUnicode(value) || !isFine(value)) throw new SignError(where, rule);
  return value;
}

/** Checks a site; a text is its name, all else being the default. */
export function readSite(given) {
  const site = typeof given === 'string' ? { name: given } : given;
  if (typeof site !== 'object' || site === null) throw new SignError('site', 'a name, or an object with one');
  const plain = (text) => isName(text, 64);
  const isHeader = (text) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/.test(text) && !/^(?:host|cookie|authorization)$/i.test(text);
  const isCookie = (text) => plain(text) && !/^__(?:Host|Secure)-/.test(text);
  named(site.cookie ?? 'cs', 'site.cookie', isCookie, `${NAME}, without "__Host-" or "__Secure-" in front`);
  const skew = site.skew ?? 30;
  if (!Number.isSafeInteger(skew) || skew < 0) throw new SignError('site.skew', 'whole seconds');
  return {
    name: named(site.name, 'site.name', plain, NAME),
    param: named(site.param ?? 'cs', 'site.param', plain, NAME),
    header: named(site.header ?? 'countersign', 'site.header', isHeader, 'an HTTP header\'s name of 1–64 characters, and not Host, Cookie or Authorization').toLowerCase(),
    skew,
    revoked: site.revoked ?? {},
  };
}
