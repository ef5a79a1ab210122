// What every entry of the package exports beside `createEdge`.
export { ConfigError, Edge, load, RequestError } from './edge.js';
export { admit } from './admit.js';
export { refusal } from './refusal.js';
export { fromNode, fromRequest } from './requests.js';
export { sign, SignError, signingKey, signUrl } from '../sign/index.js';
