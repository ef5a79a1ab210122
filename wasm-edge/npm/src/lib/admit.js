// A server that answers by itself: the request's decision, or the answer that refuses it.
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
  return decision.passes ? { decision } : { refusal: refusal(decision, options) };
}

function isBeyond({ outcome, settled, verdict }, method, carriesOut) {
  if (outcome !== 'granted') return false;
  const tasks = TASKS.filter((task) => Object.hasOwn(verdict.fields, task));
  if (tasks.length > 0) return tasks.some((task) => !carriesOut.includes(task));
  // Only the origin knows what is revoked, where the site has `edge_revocation = "origin"`.
  return (method === 'GET' || method === 'HEAD') && !settled && !carriesOut.includes('revocation');
}
