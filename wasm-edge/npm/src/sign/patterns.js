// Canonical paths, patterns and lists of them (docs/TOKEN.md §3). Paths are texts of a character a
// byte; patterns are as a token carries them, escaped.
import { isUtf8 } from './text.js';

const MAX_PATH_BYTES = 1024;
const STAR = null;

/** Whether decoded bytes are a canonical path. */
export function isCanonical(path) {
  if (path.length > MAX_PATH_BYTES || /[\u0000-\u001f\u007f\\]/.test(path) || !isUtf8(path)) return false;
  return hasSegments(path);
}

/** Starts with `/`, and no segment is empty, but a final one, or made of one or two dots. */
function hasSegments(path) {
  if (!path.startsWith('/')) return false;
  const segments = path.slice(1).split('/');
  const last = segments.length - 1;
  return segments.every((segment, place) => (segment !== '' || place === last) && segment !== '.' && segment !== '..');
}

/** The bytes that an escaped text stands for; a `*` stays one. */
export const unescaped = (text) => text.replace(/~(..)/g, (_, code) => String.fromCharCode(parseInt(code, 16)));

/** One pattern without a leading `-`. */
function isPattern(text) {
  if (typeof text !== 'string' || !/^(?:[A-Za-z0-9\-._/:*]|~[0-9A-F]{2})+$/.test(text)) return false;
  const spelling = (text.match(/~../g) ?? []).every((escape) => !/[A-Za-z0-9\-._/:]/.test(unescaped(escape)));
  const stars = text.split('/').every((segment) => !segment.includes('**') || segment === '**');
  return spelling && stars && isCanonical(unescaped(text.replaceAll('*', 'x')));
}

/** Patterns as texts, one at least without a leading `-`. */
export function isPatternList(members) {
  const parts = members.map((member) => (typeof member === 'string' ? member.replace(/^-/, '') : null));
  return parts.every(isPattern) && parts.some((part, place) => part === members[place]);
}

export const excludes = (pattern) => pattern.startsWith('-');

/** Whether one pattern includes the path and none excludes it. */
export function covers(patterns, path) {
  const subject = path.slice(1).split('/').map((segment) => [...segment]);
  const matches = (pattern) => covered(segmentsOf(pattern), subject);
  return patterns.some((one) => !excludes(one) && matches(one)) &&
    !patterns.some((one) => excludes(one) && matches(one.slice(1)));
}

/** Whether `outer` matches the text of `inner`, whose wildcards are matched by wildcards only. */
export function isInside(inner, outer) {
  return covered(segmentsOf(outer), segmentsOf(inner));
}

/** Segments of characters and stars; `STAR` in place of a segment is `**`. */
function segmentsOf(pattern) {
  const characters = (segment) => (segment.match(/~..|./g) ?? []).map((one) => (one === '*' ? STAR : unescaped(one)));
  return pattern.slice(1).split('/').map((segment) => (segment === '**' ? STAR : characters(segment)));
}

function covered(pattern, subject) {
  const sameSegment = (wanted, given) => given !== STAR && glob(wanted, given, Object.is, 0);
  // A final `**` stands for what follows a slash: a segment at least, an empty one too.
  return glob(pattern, subject, sameSegment, 1);
}

/** One point to return to: linear in pattern times subject, without recursion. */
function glob(pattern, subject, same, leastOfFinalStar) {
  let [at, inSubject] = [0, 0];
  let retry = null;
  for (;;) {
    if (at === pattern.length && inSubject === subject.length) return true;
    if (at < pattern.length && pattern[at] === STAR) {
      at += 1;
      if (at === pattern.length) return subject.length - inSubject >= leastOfFinalStar;
      retry = [at, inSubject];
      continue;
    }
    if (at < pattern.length && inSubject < subject.length && same(pattern[at], subject[inSubject])) {
      at += 1;
      inSubject += 1;
      continue;
    }
    if (retry === null || retry[1] >= subject.length) return false;
    retry[1] += 1;
    [at, inSubject] = retry;
  }
}
