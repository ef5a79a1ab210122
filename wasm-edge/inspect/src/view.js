// What was found, on the page. Text only: nothing that was pasted is ever read as HTML.
import { TEXTS } from '../../js/texts.js';
import { REASONS, STATUSES } from '../../js/words.js';
import { written } from '../../npm/src/sign/text.js';
import { byId } from './form.js';
import { span } from './times.js';
import { DEFAULTS, LABELS, signatureTold, told } from './words.js';

const MARKS = { passed: '✓', failed: '✗', noted: '·' };

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** The line above all: what was decided, in words. */
export function showVerdict({ verdict, signature, otherwise, remainingSecs }) {
  const place = byId('verdict');
  const checked = signature !== 'not checked';
  const [head, tail] = checked ? words(verdict, remainingSecs) : ['Signature not checked', `If it holds: ${words(verdict, remainingSecs).join('. ')}`];
  const also = otherwise === null ? '' : ` If it held: ${words(otherwise, null).join('. ')}`;
  Object.assign(place.dataset, {
    signature, outcome: verdict.outcome, reason: verdict.reason ?? '',
    kind: !checked ? 'open' : verdict.outcome === 'denied' ? 'bad' : 'good',
  });
  place.replaceChildren(element('strong', { textContent: head }), tail + also);
}

function words({ outcome, reason, steps }, remainingSecs) {
  if (outcome === 'granted') return ['Granted', remainingSecs === null ? '' : `for another ${span(remainingSecs)}.`];
  if (outcome === 'public') return ['Let through', 'without a token: so says the policy.'];
  const why = steps?.findLast((step) => step.outcome === 'failed')?.note;
  const head = outcome === 'reported' ? `Let through, and reported: ${reason}` : `Denied: ${reason}`;
  return [head, `${TEXTS[reason][0]}${why === undefined ? '' : `: ${why}`}.`];
}

/** Without a verdict: there is something to read, and not enough to judge it. */
export function showUnjudged(message) {
  const place = byId('verdict');
  Object.assign(place.dataset, { signature: 'not reached', outcome: '', reason: '', kind: 'open' });
  place.replaceChildren(message);
}

export function clearResult() {
  byId('verdict').replaceChildren();
  for (const id of ['result', 'again', 'made']) byId(id).hidden = true;
  for (const id of ['told', 'signed', 'steps', 'new-url']) byId(id).replaceChildren();
}

/**
 * Carrier, path and fields.
 * @param {{ found: object, tokens: object[], verdict: object | null, site: { name: string }, isNamed: boolean, now: number }} seen
 */
export function showTold({ found, tokens, verdict, site, isNamed, now }) {
  const request = list();
  request.add('site', isNamed ? site.name : 'not given');
  if (found.base !== '') request.add('starts with', found.base);
  if (verdict?.path !== undefined) {
    request.add('canonical path', verdict.path, 'canonical');
    request.add('as a URL', written(verdict.path));
  }
  const parts = [request.dl, ...found.notes.map((note) => element('p', { className: 'hint', textContent: note }))];
  found.tokens.forEach((token, at) => parts.push(...oneToken(token, tokens[at], now)));
  byId('told').replaceChildren(...parts);
  byId('result').hidden = false;
}

function oneToken(token, read, now) {
  const { dl, add } = list();
  add('carrier', token.where, 'carrier');
  if (read.version !== null) add('version', String(read.version));
  for (const piece of read.pieces) add(label(piece.name), told(piece, now), piece.name);
  for (const [name, says] of Object.entries(DEFAULTS)) {
    if (read.faults.length === 0 && !read.pieces.some((piece) => piece.name === name)) add(label(name), says, name);
  }
  if (read.signature !== null) add(label('sig'), signatureTold(read.signature), 'sig');
  const faults = read.faults.map(({ field, says }) => element('li', { textContent: field === '' ? says : `${field}: ${says}` }));
  if (faults.length === 0) return [dl];
  return [dl, element('h3', { textContent: 'What is wrong with the text' }), element('ul', { className: 'faults' }, ...faults)];
}

const label = (name) => (LABELS[name] === undefined ? name : `${LABELS[name]} (${name})`);

function list() {
  const dl = element('dl');
  const add = (name, value, field) => {
    const dd = element('dd', { textContent: value });
    if (field !== undefined) dd.dataset.field = field;
    dl.append(element('dt', { textContent: name }), dd);
  };
  return { dl, add };
}

export function showSteps(verdict, isNamed) {
  const steps = verdict?.steps ?? [];
  const signed = steps.filter(({ name }) => name === 'signed bytes').map(({ note }) => note);
  const none = isNamed ? 'The checks end before them.' : "They hold the site's name: give it above.";
  byId('signed').textContent = isNamed && signed.length > 0 ? signed.join('\n\n') : none;
  byId('steps').replaceChildren(...steps.filter(({ name }) => name !== 'signed bytes').map((step) => {
    const item = element('li', {},
      element('span', { className: 'mark', ariaHidden: 'true', textContent: MARKS[step.outcome] }),
      element('span', {}, step.name, element('span', { className: 'unseen', textContent: ` ${step.outcome}: ` })),
      element('span', { className: 'note', textContent: step.reason === undefined ? step.note : `${step.note} → ${step.reason} (${STATUSES[REASONS.indexOf(step.reason)]})` }));
    Object.assign(item.dataset, { outcome: step.outcome, step: step.name });
    return item;
  }));
}
