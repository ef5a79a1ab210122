// The function's two handlers. Beside this file lie, put there by build.mjs, the module and the
// document of `countersign edge config`.
import { readFileSync } from 'node:fs';
import { unavailable } from './src/answer.mjs';
import { forwardOrAnswer } from './src/request.mjs';
import { answered, unknown } from './src/response.mjs';
import { validator } from './src/validator.mjs';

const beside = (name) => readFileSync(new URL(name, import.meta.url));

let loaded = null;
try {
  loaded = validator(beside('edge.wasm'), beside('edge.json').toString());
} catch (error) {
  // A `ConfigError` names the member at fault and never its value.
  console.error(`countersign: not configured: ${error.message}`);
}

const nowUnixSecs = () => Math.floor(Date.now() / 1000);

/** Viewer request: gives the request that goes on, or the answer. Whatever fails lets nothing through. */
export async function handler(event) {
  const { config, request } = event.Records[0].cf;
  try {
    return forwardOrAnswer(loaded, config, request, nowUnixSecs());
  } catch (error) {
    console.error(`countersign: ${error.message}`);
    return unavailable(config, request);
  }
}

/** Viewer response: the life time and the CORS headers of this request, not of the one that was stored. */
export async function viewerResponse(event) {
  const { request, response } = event.Records[0].cf;
  try {
    return answered(loaded, request, response, nowUnixSecs());
  } catch (error) {
    console.error(`countersign: ${error.message}`);
    return unknown(response);
  }
}
