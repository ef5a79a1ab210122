// What no verifier could ever grant (docs/TOKEN.md §8, "Settled, for signers").
import { SignError } from './errors.js';
import { covers, excludes, isInside, unescaped } from './patterns.js';

/** @throws {SignError} naming the field that stands against it */
export function checkReachable(grant, path, site, key) {
  const startsTooLate = (from) => from !== null && from !== undefined && Math.max(0, from - site.skew) >= grant.exp;
  if ((key.until !== null && grant.exp > key.until) || startsTooLate(key.from)) {
    throw new SignError('exp', 'lies outside the key\'s dates (its "from" and "until")');
  }
  if (startsTooLate(grant.nbf)) throw new SignError('nbf', 'is not before exp');
  if (!isOpen(grant.path, path, site, key)) {
    throw new SignError('path', "the key's \"paths\" or the exclusions leave nothing of it open, or its first segment reads as a token's");
  }
  if (grant.geo?.every((code) => code === 'XX' || code === 'ZZ')) {
    throw new SignError('geo', 'names only XX or ZZ, which stand for an unknown country');
  }
  if (isRevoked(grant, site.revoked, key.kid)) throw new SignError('kid', 'the grant is revoked already');
}

/** Exact for one path; for patterns false only where it is plain. */
function isOpen(patterns, path, { param }, { paths }) {
  // Every request for such a path brings a token there, which is not this one.
  const readsAsToken = (bytes) => bytes.startsWith(`/${param}=`);
  if (patterns === undefined) return (paths === null || covers(paths, path)) && !readsAsToken(path);
  return patterns.some((pattern) =>
    !excludes(pattern) && !isClosed(pattern, patterns) && !readsAsToken(unescaped(pattern)) &&
    (paths === null ||
      (!isClosed(pattern, paths) && paths.some((open) => !excludes(open) && canMeet(pattern, open)))));
}

const isClosed = (pattern, list) => list.some((one) => excludes(one) && isInside(pattern, one.slice(1)));

/** Whether what stands before the first wildcard of each agrees. */
function canMeet(one, other) {
  const [fixed, otherFixed] = [one, other].map((pattern) => pattern.split('*', 1)[0]);
  if (fixed === one && otherFixed === other) return one === other;
  return fixed.startsWith(otherFixed) || otherFixed.startsWith(fixed);
}

/** A token without `iat` is older than any time. */
function isRevoked({ jti, sub, sid, iat }, revoked, kid) {
  const listed = (list, id) => id !== undefined && (list ?? []).includes(id);
  const before = (time) => time !== undefined && time !== null && (iat === undefined || iat < time);
  const times = revoked.sub_issued_before ?? {};
  return listed(revoked.jti, jti) || listed(revoked.sub, sub) || listed(revoked.sid, sid) || listed(revoked.kid, kid) ||
    before(revoked.issued_before) || (sub !== undefined && Object.hasOwn(times, sub) && before(times[sub]));
}
