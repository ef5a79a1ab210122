// The fields of a token, in their order, and what each may hold (docs/TOKEN.md §1's table).
import { isNetwork } from './networks.js';
import { isPatternList } from './patterns.js';
import { isName, isNumber, isText, isUnicode, utf8 } from './text.js';

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const MEDIA_TYPE = new RegExp(`^${TOKEN}/${TOKEN}(?:; ${TOKEN}=${TOKEN})*$`);
const RESERVED = /^(?:host|cookie|connection|keep-alive|te|trailer|transfer-encoding|upgrade|proxy-.*)$/;
const TIME = 'a time in Unix seconds, from 1 to 9999999999';
const WORD = '1–64 of A-Z a-z 0-9 . _ -';

const word = (most) => (value) => typeof value === 'string' && isName(value, most);
const text = (most) => (value) => isText(value, most);
const each = (allows) => (members) => members.every((member) => isUnicode(member) && allows(member));

function isGeo(members) {
  const all = (form) => members.every((member) => typeof member === 'string' && form.test(member));
  return all(/^[A-Z]{2}$/) || all(/^-[A-Z]{2}$/);
}

function isDisposition(value) {
  if (!isUnicode(value)) return false;
  const [, fileName] = /^(?:inline|attachment)(?::([^]*))?$/.exec(value) ?? [, null];
  return fileName === undefined || (fileName !== null && isText(fileName, 180) && !/[/\\]/.test(fileName));
}

/** @type {[name: string, kind: 'number' | 'text' | 'list', allows: (value: any) => boolean, rule: string][]} */
export const FIELDS = [
  ['kid', 'text', word(32), '1–32 of A-Z a-z 0-9 . _ -'],
  ['exp', 'number', isNumber, TIME],
  ['nbf', 'number', isNumber, TIME],
  ['iat', 'number', isNumber, TIME],
  ['path', 'list', isPatternList, 'at most 16 patterns such as /a/* or /a/**, at least one without a leading "-"; other than A-Z a-z 0-9 - . _ / : is written ~XX'],
  ['ip', 'list', each(isNetwork), 'at most 16 addresses or networks such as 192.0.2.0/24 or 2001:db8::/32, in lower case, with no bits beyond the prefix'],
  ['geo', 'list', isGeo, 'at most 16 countries of two upper-case letters, all plain or all with a leading "-"'],
  ['method', 'list', each((name) => /^[A-Z]{1,16}$/.test(name)), 'at most 16 methods of 1–16 upper-case letters'],
  ['qs', 'list', each((name) => isText(name, 64)), "at most 16 parameter names of 1–64 bytes, and not the token's own parameter"],
  ['hdr', 'list', each((name) => /^[a-z0-9-]{1,64}$/.test(name) && !RESERVED.test(name)), "at most 16 names of a-z 0-9 -, none of host, cookie, the connection's, or the token's own header"],
  ['jti', 'text', word(64), WORD],
  ['sub', 'text', text(128), 'text of 1–128 bytes without control characters'],
  ['sid', 'text', word(64), WORD],
  ['uses', 'number', (value) => isNumber(value) && value <= 1_000_000, 'a number from 1 to 1000000, together with jti'],
  ['ver', 'text', text(128), 'text of 1–128 bytes without control characters'],
  ['cd', 'text', isDisposition, 'inline or attachment, or either with : and a file name of at most 180 bytes without / and \\'],
  ['ct', 'text', (value) => isUnicode(value) && MEDIA_TYPE.test(value) && utf8(value).length <= 100, 'type/subtype and any number of "; name=value", at most 100 bytes'],
  ['bps', 'number', (value) => isNumber(value) && value >= 1_024, 'a number from 1024 to 9999999999'],
  ['data', 'text', text(256), 'text of 1–256 bytes without control characters'],
];

export const MAX_LIST = 16;
