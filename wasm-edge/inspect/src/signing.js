// Editing a token's fields and signing them again, by the npm package's signer.
import { FIELDS } from '../../npm/src/sign/fields.js';
import { sign } from '../../npm/src/sign/index.js';
import { written } from '../../npm/src/sign/text.js';
import { fromUtf8, percentDecoded } from './bytes.js';
import { Fault, ofSigning } from './fault.js';
import { byId, clock, linesOf, typed } from './form.js';
import { otherQuery, split } from './found.js';
import { iso, readTime } from './times.js';
import { valueOf } from './token.js';
import { kindOf, LABELS } from './words.js';

const COMMON = ['exp', 'path', 'ip', 'geo'];
const HINTS = { path: 'Patterns such as /hls/7/** or -/hls/7/secret/*; empty: exactly the path above.', exp: 'Unix seconds, 2030-01-31T12:00:00Z, or from now on: 15m.' };
const EDITABLE = FIELDS.map(([name]) => name).filter((name) => name !== 'kid');

/** An input for each field, once. */
export function makeFields() {
  for (const name of EDITABLE) {
    const field = document.createElement('div');
    field.className = 'field';
    const label = document.createElement('label');
    label.htmlFor = `grant-${name}`;
    label.textContent = `${LABELS[name]} (${name})`;
    const input = document.createElement(kindOf(name) === 'list' ? 'textarea' : 'input');
    Object.assign(input, { id: `grant-${name}`, autocomplete: 'off', spellcheck: false, ...(kindOf(name) === 'list' && { rows: 2 }) });
    field.append(label, input);
    if (HINTS[name] !== undefined) {
      const hint = document.createElement('p');
      Object.assign(hint, { id: `grant-${name}-hint`, className: 'hint', textContent: HINTS[name] });
      field.append(hint);
    }
    byId(COMMON.includes(name) ? 'grant' : 'grant-rare').append(field);
  }
}

/** Puts what was read into the inputs. */
export function fill({ found, token, verdict, site, path }) {
  for (const name of EDITABLE) byId(`grant-${name}`).value = shown(name, valueOf(token, name));
  const rare = EDITABLE.filter((name) => !COMMON.includes(name) && name !== 'iat');
  byId('rare').open = rare.some((name) => valueOf(token, name) !== undefined);
  byId('new-path').value = verdict?.path ?? path;
  byId('new-query').value = found.target === null ? '' : otherQuery(found.target, site.param);
  byId('new-carrier').value = found.tokens[0].carrier;
}

function shown(name, value) {
  if (value === undefined) return '';
  if (kindOf(name) === 'time') return iso(value);
  return Array.isArray(value) ? value.join('\n') : String(value);
}

/** @throws {Fault} */
function readGrant() {
  const grant = {};
  for (const name of EDITABLE) {
    const id = `grant-${name}`;
    if (kindOf(name) === 'list') {
      if (linesOf(id).length > 0) grant[name] = linesOf(id);
      continue;
    }
    const text = kindOf(name) === 'text' ? byId(id).value : typed(id);
    if (text === '') continue;
    if (kindOf(name) === 'time') grant[name] = readTime(text, id, clock());
    else if (kindOf(name) === 'text') grant[name] = text;
    else if (/^[0-9]{1,10}$/.test(text)) grant[name] = Number(text);
    else throw new Fault(id, `${JSON.stringify(text)} is no number.`);
  }
  return grant;
}

/** The parameters that are signed, decoded. */
function signedParameters(query, names) {
  const found = {};
  for (const piece of query.split('&').filter((one) => one !== '')) {
    const [name, value] = split(piece, '=').map((part) => fromUtf8(percentDecoded(part ?? '') ?? '\xff'));
    if (!names.includes(name)) continue;
    if (value === null || Object.hasOwn(found, name)) throw new Fault('new-query', `${name} is signed (qs), so it stands once, with whole escapes and as UTF-8.`);
    found[name] = value;
  }
  return found;
}

/** The lines that are signed, joined as a verifier joins them. */
const joinedHeaders = (lines) => Object.fromEntries(lines.map(([name]) => name.toLowerCase())
  .map((name) => [name, lines.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value.trim()).join(', ')]));

/**
 * Signs what the inputs say.
 * @returns {Promise<{ text: string, path: string }>} what to paste above: a URL, or a line with its path
 * @throws {Fault}
 */
export async function signAgain({ key, site, base, lines, cookie }) {
  if (key === null) throw new Fault('alg', 'To sign, choose a kind of key and give it.');
  const grant = readGrant();
  const path = byId('new-path').value;
  const query = typed('new-query');
  if (/[\s#]/.test(query)) throw new Fault('new-query', 'A query has no blank and no "#": write %20 and %23.');
  const options = { site, path: path === '' ? undefined : path, query: signedParameters(query, grant.qs ?? []), headers: joinedHeaders(lines) };
  const token = await sign(grant, { ...options, key, private: typed('private') || undefined }).catch((error) => {
    throw error.name === 'SignError' ? ofSigning(error, grant.path !== undefined) : unsupported(error);
  });
  if (path === '') throw new Fault('new-path', 'The path of the URL, such as /a b.png.');
  const target = (segment, more) => base + segment + written(path) + (more === '' ? '' : `?${more}`);
  switch (typed('new-carrier')) {
    case 'query': return { text: target('', `${query}${query === '' ? '' : '&'}${site.param}=${token}`), path: '' };
    case 'path': return { text: target(`/${site.param}=${token.replaceAll('/', '@')}`, query), path: '' };
    case 'header': return { text: `${site.header}: ${token}`, path };
    default: return { text: `Cookie: ${cookie}=${token}`, path };
  }
}

function unsupported(error) {
  return new Fault(typed('alg') === 'EdDSA' ? 'private' : 'secret', `This browser cannot sign with it (${error.name}).`);
}
