// The page: reads what was typed, asks the module, shows what it says.
import wasm from '../../dist/countersign-edge.wasm';
import { signingKey } from '../../npm/src/sign/index.js';
import { written } from '../../npm/src/sign/text.js';
import { Fault } from './fault.js';
import { find, withLines } from './found.js';
import { byId, hostOf, readAt, readKey, readRequest, readSite, showFault, typed } from './form.js';
import { judge } from './judge.js';
import { readLink } from './link.js';
import { fill, makeFields, signAgain } from './signing.js';
import { siteOf } from './site.js';
import { readToken, valueOf } from './token.js';
import { clearResult, showSteps, showTold, showUnjudged, showVerdict } from './view.js';

const module = WebAssembly.compile(wasm);
const SECRETS = ['secret', 'private', 'document'];
/** Stands for a name that is not known; what is signed is then not shown. */
const NAMELESS = 'site';

/** Counts the questions: an answer that was overtaken is not shown. */
let asked = 0;
let running = 0;
/** The text whose fields stand in the inputs. */
let filled = null;

/** Everything that was typed above. */
function read() {
  const own = typed('alg') === 'document' ? siteOf(byId('document').value, byId('text').value, typed('site')) : null;
  const site = own?.site ?? readSite();
  const request = readRequest();
  const found = withLines(find(byId('text').value, site), request.lines, site);
  const isNamed = site.name !== '' || hostOf(found.base) !== '';
  const named = { ...site, name: site.name || hostOf(found.base) || NAMELESS };
  const tokens = found.tokens.map(({ text }) => readToken(text));
  const kid = tokens.map((token) => valueOf(token, 'kid')).find((known) => known !== undefined) ?? 'none';
  const key = own === null ? readKey(kid) : own.keys.find((one) => one?.kid === kid) ?? signingKey(own.keys);
  if (key !== null && !isNamed) throw new Fault('site', "The site's name is signed too, and no URL tells it: give it here.");
  const entry = own ?? (key === null ? null : { site: named, keys: [key] });
  return { site: named, isNamed, request, found, tokens, key, entry, now: readAt() };
}

async function inspect() {
  const question = ++asked;
  let seen;
  try {
    seen = read();
    showFault(byId('ask'), null);
    const judgement = await judged(seen);
    if (question === asked) show(seen, judgement);
  } catch (fault) {
    if (question !== asked) return;
    clearResult();
    filled = null;
    if (!(fault instanceof Fault)) return showUnjudged(`This browser cannot judge it: ${fault.message}`);
    showFault(byId('ask'), fault);
  }
}

/** `null` where there is a token and no path to judge it for. */
async function judged({ found, request, site, entry, now }) {
  if (found.target === null && request.path === '') return null;
  const { method, client, country } = request;
  const facts = { method, client, country, target: written(request.path) };
  return judge(await module, { found, request: facts, site, entry, now });
}

function show(seen, judgement) {
  const verdict = judgement?.verdict ?? null;
  showTold({ ...seen, verdict });
  showSteps(verdict, seen.isNamed);
  if (judgement !== null) showVerdict(judgement);
  else showUnjudged(seen.found.tokens.length === 0 ? 'There is no token here.' : unjudged(seen.tokens));
  const [token] = seen.tokens;
  byId('again').hidden = token === undefined;
  const text = byId('text').value + byId('path').value;
  if (token !== undefined && filled !== text) fill({ ...seen, token, verdict, path: seen.request.path });
  filled = text;
  const faults = seen.tokens.flatMap((read) => read.faults);
  if (faults.length > 0) showFault(byId('ask'), new Fault('text', `The token's text: ${faults.map(faultTold).join('; ')}.`));
}

const faultTold = ({ field, says }) => (field === '' ? says : `${field} ${says}`);

const unjudged = (tokens) => (tokens.every(({ faults }) => faults.length > 0)
  ? 'Malformed: what is wrong with the text stands below.'
  : 'This is a token without its URL. For a verdict, give the path of the request (under "The request").');

async function sign() {
  const form = byId('sign');
  byId('made').hidden = true;
  try {
    showFault(form, null);
    const { found, site, request, key, tokens } = read();
    const [first] = found.tokens;
    const cookie = first?.carrier === 'cookie' ? first.where.slice('cookie '.length) : site.cookie;
    if (key !== null && tokens.length === 0) throw new Fault('text', 'There is no token to sign again.');
    const lines = request.lines;
    const { text, path } = await signAgain({ key, site, base: found.base, lines, cookie });
    byId('text').value = text;
    byId('path').value = path;
    await inspect();
    byId('new-url').textContent = text;
    byId('made').hidden = false;
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    const above = byId('ask').contains(byId(fault.field));
    showFault(above ? byId('ask') : form, fault);
    byId(fault.field)?.focus();
  }
}

/** Only the inputs of the key that was chosen; the secrets of another are forgotten. */
function chooseKey() {
  const alg = typed('alg');
  for (const field of document.querySelectorAll('[data-alg]')) {
    field.hidden = !field.dataset.alg.split(' ').includes(alg);
    if (!field.hidden) continue;
    for (const id of SECRETS) if (field.contains(byId(id))) byId(id).value = '';
  }
}

/** A form that is left must not come back with its keys. */
function forgetSecrets() {
  for (const id of SECRETS) byId(id).value = '';
}

function forgetAll() {
  byId('ask').reset();
  byId('sign').reset();
  asked += 1;
  filled = null;
  chooseKey();
  showFault(byId('ask'), null);
  showFault(byId('sign'), null);
  clearResult();
  byId('text').focus();
}

/** Tells assistive technology, and whoever waits, that the answer on the page is not the last one. */
async function busy(act) {
  const main = document.querySelector('main');
  running += 1;
  main.setAttribute('aria-busy', 'true');
  try {
    await act();
  } finally {
    running -= 1;
    main.setAttribute('aria-busy', String(running > 0));
  }
}

function on(form, act) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    busy(act);
  });
}

makeFields();
chooseKey();
on(byId('ask'), inspect);
on(byId('sign'), sign);
byId('alg').addEventListener('change', chooseKey);
byId('forget').addEventListener('click', forgetAll);
byId('text').addEventListener('paste', () => setTimeout(() => busy(inspect)));
addEventListener('pagehide', forgetSecrets);
if (readLink()) busy(inspect);
document.body.dataset.ready = 'yes';
