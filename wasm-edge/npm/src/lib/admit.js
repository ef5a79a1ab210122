// A server that answers by itself: the request's decision, or the answer that refuses it.
import { written } from '../sign/text.js';
import { refusal } from './refusal.js';

/** Fields that whoever answers must carry out. */
const TASKS = ['uses', 'ver', 'cd', 'ct', 'bps'];

/**
 * @param {import('./edge.d.ts').Edge} edge
 * @param {import('./edge.d.ts').EdgeRequest} request
 * @param {import('../index.d.ts').AdmitOptions} [options]
 * @returns {import('../index.d.ts').Admission}
 */
export function admit(edge, request, { carriesOut = [], requestId } = {}) {
  const options = { method: request.method, requestId, now: request.now };
  let decision;
  try {
    decision = edge.verify(request, { fields: true });
  } catch (error) {
    return { refusal: refusal(error, options) };
  }
  if (decision.passes && isBeyond(decision, request.method, carriesOut)) {
    // A field that a host cannot carry out is denied, never ignored (docs/TOKEN.md §1 and §7).
    decision = { ...decision, outcome: 'denied', passes: false, reason: 'unsupported', status: 403 };
  }
  const passed = decision.passes ? decision : reported(decision, request);
  return passed === null ? { refusal: refusal(decision, options) } : { decision: passed, headers: told(decision) };
}

/** Report-only: what would be denied is let through. `null`: it is not, or has no one path to serve. */
function reported(decision, { target }) {
  if (!decision.site.reportOnly || decision.verdict.path === undefined) return null;
  const path = written(decision.verdict.path);
  const query = target.indexOf('?');
  return { ...decision, outcome: 'reported', passes: true, path, target: query < 0 ? path : path + target.slice(query) };
}

/** The reason for which a policy, or this server, would have refused. */
function told({ passes, outcome, reason, site }) {
  if (!site.showReasons || (passes && outcome !== 'reported')) return {};
  return { [passes ? 'countersign-reason' : 'countersign-edge-reason']: reason };
}

function isBeyond({ outcome, settled, verdict }, method, carriesOut) {
  if (outcome !== 'granted') return false;
  const tasks = TASKS.filter((task) => Object.hasOwn(verdict.fields, task));
  if (tasks.length > 0) return tasks.some((task) => !carriesOut.includes(task));
  // Only the origin knows what is revoked, where the site has `edge_revocation = "origin"`.
  return (method === 'GET' || method === 'HEAD') && !settled && !carriesOut.includes('revocation');
}
