// Times as people write and read them.
import { Fault } from './fault.js';

const UNITS = [['d', 86_400], ['h', 3_600], ['min', 60], ['s', 1]];
const DURATION = { s: 1, m: 60, h: 3_600, d: 86_400 };
const LAST = 9_999_999_999;

/** `3 h 20 min`. */
export function span(seconds) {
  const parts = [];
  let left = Math.abs(seconds);
  for (const [unit, size] of UNITS) {
    if (left >= size) parts.push(`${Math.floor(left / size)} ${unit}`);
    left %= size;
  }
  return parts.slice(0, 2).join(' ') || '0 s';
}

/** `2030-01-31T12:00:00Z`. */
export const iso = (seconds) => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

/** A moment and how far it is. */
export function moment(seconds, now) {
  return `${iso(seconds)} (${seconds}), ${seconds > now ? `in ${span(seconds - now)}` : `${span(now - seconds)} ago`}`;
}

/**
 * Unix seconds of a text: themselves, a time with its zone, `now`, or how long from `now` on.
 * @throws {Fault}
 */
export function readTime(text, field, now) {
  const [, count, unit] = /^([0-9]{1,7}) ?([smhd])$/.exec(text) ?? [];
  if (text === 'now') return now;
  if (count !== undefined) return now + Number(count) * DURATION[unit];
  const isTime = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)$/.test(text);
  const seconds = /^[0-9]{1,10}$/.test(text) ? Number(text) : isTime ? Date.parse(text.replace(' ', 'T')) / 1000 : NaN;
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > LAST) {
    throw new Fault(field, `${JSON.stringify(text)} is no time. Write Unix seconds, 2030-01-31T12:00:00Z, or how long from now on: 15m, 12h, 7d.`);
  }
  return seconds;
}
