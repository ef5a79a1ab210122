// Runs behind a function's code, in the same script and with nothing but what the runtime has: plays
// `cases` and gives what came of each. `store` and `clock` stand for the KeyValueStore and the time.

let store = {};
let clock = 0;
Date.now = () => clock * 1000;

const cf = {
  kvs: () => ({
    get: (key) => (store[key] === undefined ? Promise.reject(new Error('KeyNotFound')) : Promise.resolve(store[key])),
    exists: (key) => Promise.resolve(store[key] !== undefined),
  }),
};

function eventOf(one) {
  const event = JSON.parse(JSON.stringify(one.event));
  event.request.rawQueryString = () => one.event.query;
  return event;
}

function verdictOf(one) {
  const found = verify(one.site, eventOf(one), one.now);
  const isGranted = found.outcome === 'granted';
  return {
    outcome: found.outcome,
    reason: found.reason,
    path: found.path,
    carrier: isGranted ? found.token.carrier : undefined,
    fields: isGranted ? found.fields : undefined,
  };
}

async function drive(cases) {
  const results = [];
  for (let i = 0; i < cases.length; i++) {
    const one = cases[i];
    const result = {};
    store = one.store;
    clock = one.now;
    try {
      result.verdict = one.site ? verdictOf(one) : undefined;
    } catch (error) {
      result.error = '' + error;
    }
    const event = eventOf(one);
    // `idle`: what the driver costs by itself, for speed.mjs.
    const answer = one.idle ? undefined : await handler(event);
    result.answer = answer;
    results.push(result);
  }
  return results;
}
