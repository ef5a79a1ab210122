// What was typed, and faults beside the field that they are of.
import { Fault } from './fault.js';
import { readTime } from './times.js';

export const byId = (id) => document.getElementById(id);

/** A field's text; where it is empty, `usual`. */
export const typed = (id, usual = '') => byId(id).value.trim() || usual;

export const clock = () => Math.floor(Date.now() / 1000);

/** The members of a list, one a line. */
export const linesOf = (id) => byId(id).value.split('\n').map((line) => line.trim()).filter((line) => line !== '');

function seconds(id) {
  const text = typed(id);
  if (text === '') return undefined;
  if (!/^[0-9]{1,10}$/.test(text)) throw new Fault(id, `${JSON.stringify(text)} is no number of whole seconds.`);
  return Number(text);
}

/** The site; without a name it is the URL's host. `isNamed`: whether it has one at all. */
export function readSite() {
  const site = { param: typed('param', 'cs'), header: typed('header', 'countersign'), cookie: typed('cookie', 'cs') };
  return { name: typed('site'), ...site, skew: seconds('skew') ?? 30, max_ttl: seconds('max-ttl') };
}

/** The host of `https://host:port`, where it can be a site's name. */
export function hostOf(base) {
  const [, host] = /^[^:]+:\/\/(?:[^@]*@)?([A-Za-z0-9._-]{1,64})(?::[0-9]*)?$/.exec(base) ?? [];
  return host ?? '';
}

/** The key that was typed, for a token of this `kid`; `null`: none. */
export function readKey(kid) {
  const alg = typed('alg');
  if (alg === '') return null;
  const material = alg === 'HS256' ? { secret: typed('secret') } : { public: typed('public') };
  const [[field, value]] = Object.entries(material);
  if (value === '') throw new Fault(field, 'Is missing; choose "no key" to see the rest without it.');
  return { kid: typed('kid', kid), alg, state: 'active', ...material };
}

/** Facts of the request but its target. */
export function readRequest() {
  const lines = linesOf('lines').map((line) => {
    const [, name, value] = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^]*)$/.exec(line) ?? [];
    if (name === undefined || /[^\x00-\xff]/.test(value)) throw new Fault('lines', `${JSON.stringify(line)} is no header line. Write "name: value".`);
    return [name, value];
  });
  const path = typed('path');
  if (path !== '' && !path.startsWith('/')) throw new Fault('path', 'A path starts with "/".');
  return { lines, path, method: typed('method', 'GET'), client: typed('client') || null, country: typed('country') || null };
}

export const readAt = () => readTime(typed('at', 'now'), 'at', clock());

/** Shows a fault beside its field; takes away those of the form that were there. */
export function showFault(form, fault) {
  for (const old of form.querySelectorAll('.fault')) old.remove();
  for (const input of form.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid');
  for (const input of form.querySelectorAll('input, textarea, select')) describe(input);
  if (fault === null) return;
  const input = byId(fault.field) ?? form.querySelector('input, textarea');
  const line = document.createElement('p');
  line.className = 'fault';
  line.id = `${input.id}-fault`;
  line.setAttribute('role', 'alert');
  line.textContent = fault.message;
  input.after(line);
  input.setAttribute('aria-invalid', 'true');
  describe(input, line.id);
  const closed = input.closest('details');
  if (closed !== null) closed.open = true;
}

function describe(input, fault) {
  const ids = [fault, byId(`${input.id}-hint`)?.id].filter((id) => id !== undefined);
  if (ids.length > 0) input.setAttribute('aria-describedby', ids.join(' '));
  else input.removeAttribute('aria-describedby');
}
