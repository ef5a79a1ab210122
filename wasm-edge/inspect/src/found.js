// Where tokens stand in what a person pastes (docs/TOKEN.md §4), and the request that it makes.
import { fromUtf8, percentDecoded } from './bytes.js';
import { Fault } from './fault.js';

/**
 * @typedef {object} Found
 * @property {string} base what stands before the path: `https://media.example`
 * @property {string | null} target path and query; `null` where no URL was given
 * @property {[string, string][]} headers lines that were pasted
 * @property {{ carrier: string, where: string, text: string }[]} tokens
 * @property {string[]} notes
 * @property {(make: (text: string) => string) => Found} with the same with other tokens
 */

/**
 * @param {string} pasted
 * @param {{ param: string, header: string, cookie: string }} site
 * @returns {Found}
 * @throws {Fault}
 */
export function find(pasted, site) {
  const text = pasted.trim();
  if (text === '') throw new Fault('text', 'Paste a URL, a token, a header line or a cookie.');
  const line = /[\r\n]/.exec(text);
  if (line !== null) throw new Fault('text', `One line, please: there is a line break behind ${JSON.stringify(text.slice(0, line.index).slice(-12))}. Was the link wrapped?`);
  const before = text.split('~')[0];
  if (text.startsWith('/') || before.includes('://')) return inUrl(text, site);
  const [, name, value] = /^([A-Za-z0-9-]+): *([^]*)$/.exec(text) ?? [];
  if (name !== undefined) return inHeader(name.toLowerCase(), value, site);
  if (before.includes('=')) return inCookies(text, site);
  noBlank(text);
  return ofHeader('none: a token by itself', text, site);
}

function noBlank(text) {
  const at = text.search(/\s/);
  if (at >= 0) throw new Fault('text', `There is a blank behind ${JSON.stringify(text.slice(0, at).slice(-12))}. Was the link wrapped, or is it more than the link?`);
}

function inHeader(name, value, site) {
  if (name === 'cookie') return inCookies(value, site);
  if (name === 'set-cookie') return inCookies(value.split(';')[0], site);
  if (name === site.header.toLowerCase()) return ofHeader(`header ${site.header}`, value.trim(), site);
  throw new Fault('text', `Tokens of this site stand in the header "${site.header}", not in "${name}". The name can be changed under "Site".`);
}

function ofHeader(where, text, site) {
  return {
    base: '', target: null, notes: [], headers: [[site.header, text]],
    tokens: [{ carrier: 'header', where, text }],
    with: (make) => ofHeader(where, make(text), site),
  };
}

function inCookies(text, site) {
  const pairs = text.split(';').map((pair) => pair.trim()).filter((pair) => pair.includes('='));
  const read = pairs.map((pair) => {
    const at = pair.indexOf('=');
    const value = pair.slice(at + 1).trim().replace(/^"([^]*)"$/, '$1');
    return { name: pair.slice(0, at).trim(), value };
  });
  const ours = read.filter(({ name, value }) => isOurs(name, site.cookie) && value !== '');
  const tokens = ours.map(({ name, value }) => ({ carrier: 'cookie', where: `cookie ${name}`, text: shown(value) }));
  const notes = tokens.length > 0 ? [] : [`No cookie here is called "${site.cookie}", or starts with "${site.cookie}-". The name can be changed under "Site".`];
  return {
    base: '', target: null, notes, tokens, headers: [['cookie', text]],
    with: (make) => inCookies(read.map(({ name, value }) =>
      `${name}=${ours.some((one) => one.name === name) ? make(shown(value)) : value}`).join('; '), site),
  };
}

function isOurs(name, cookie) {
  const bare = name.replace(/^__(?:Host|Secure)-/, '');
  return bare === cookie || bare.startsWith(`${cookie}-`);
}

/** Decoded for reading; what cannot be decoded stays as it is, and has its fault. */
function shown(text) {
  const bytes = percentDecoded(text);
  return bytes === null ? text : fromUtf8(bytes) ?? text;
}

function inUrl(text, { param }) {
  noBlank(text);
  const [, base, rest] = /^(?:([A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*))?([^]*)$/.exec(text);
  if (!rest.startsWith('/')) throw new Fault('text', 'The URL has no path; a signed URL has at least "/".');
  const [target, fragment] = split(rest, '#');
  const notes = fragment === null ? [] : ['What stands behind "#" is never sent, so it is left out.'];
  return { ...ofTarget(target, param), base: base ?? '', notes };
}

/** What stands before and behind a mark; `null`: it is not there. */
export function split(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

function ofTarget(target, param) {
  const [path, query] = split(target, '?');
  const tokens = [];
  const [segment, behind] = split(path.slice(1), '/');
  const first = shown(segment);
  const inPath = first.startsWith(`${param}=`);
  if (inPath) tokens.push({ carrier: 'path', where: `first path segment, ${param}=…`, text: first.slice(param.length + 1).replaceAll('@', '/') });
  const pieces = query === null ? [] : query.split('&');
  for (const piece of pieces) {
    if (isToken(piece, param)) tokens.push({ carrier: 'query', where: `query parameter ${param}`, text: shown(split(piece, '=')[1] ?? '') });
  }
  const rewritten = (make) => {
    const texts = tokens.map((token) => make(token.text));
    const start = inPath ? `/${param}=${texts.shift().replaceAll('/', '@')}${behind === null ? '' : `/${behind}`}` : path;
    const end = pieces.map((piece) => (isToken(piece, param) ? `${param}=${texts.shift()}` : piece));
    return start + (query === null ? '' : `?${end.join('&')}`);
  };
  return { target, headers: [], tokens, with: (make) => ofTarget(rewritten(make), param) };
}

const isToken = (piece, param) => percentDecoded(split(piece, '=')[0]) === param;

/** The query without the token; `''` where there is none. */
export function otherQuery(target, param) {
  return (split(target, '?')[1] ?? '').split('&').filter((piece) => piece !== '' && !isToken(piece, param)).join('&');
}

/** What was pasted, with header lines that were typed beside it; they may hold tokens too. */
export function withLines(found, lines, site) {
  const part = ([name, value]) => {
    if (name.toLowerCase() === 'cookie') return { ...inCookies(value, site), notes: [] };
    if (name.toLowerCase() === site.header.toLowerCase()) return ofHeader(`header ${site.header}`, value, site);
    const plain = { headers: [[name, value]], tokens: [], notes: [], with: () => plain };
    return plain;
  };
  return joined([found, ...lines.map(part)]);
}

function joined(parts) {
  const [{ base, target, notes }] = parts;
  return {
    base, target, notes,
    headers: parts.flatMap((part) => part.headers),
    tokens: parts.flatMap((part) => part.tokens),
    with: (make) => joined(parts.map((part) => part.with(make))),
  };
}
