// Requests of the usual servers, as `verify` and `explain` take them.

/**
 * A `Request` of the Fetch standard. Its URL has been parsed already, and what it says now is what is
 * verified: fetch `decision.target`, never the URL.
 * @param {Request} request
 * @param {import('../index.d.ts').Facts} [facts]
 * @returns {import('./edge.d.ts').EdgeRequest}
 */
export function fromRequest(request, facts) {
  const { url, method, headers } = request;
  const authority = url.indexOf('//') + 2;
  const slash = url.indexOf('/', authority);
  return {
    host: url.slice(authority, slash),
    method,
    target: url.slice(slash),
    headers,
    ...facts,
  };
}

/**
 * A request of `node:http`, or of a framework upon it such as Express: target and header lines as they
 * were sent.
 * @param {import('../index.d.ts').NodeRequest} request
 * @param {import('../index.d.ts').Facts} [facts]
 * @returns {import('./edge.d.ts').EdgeRequest}
 */
export function fromNode(request, facts) {
  const { rawHeaders } = request;
  const headers = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.push([rawHeaders[at], rawHeaders[at + 1]]);
  return {
    host: request.headers.host ?? request.headers[':authority'],
    method: request.method ?? 'GET',
    // A framework cuts `url` where a router is mounted.
    target: request.originalUrl ?? request.url ?? '',
    headers: headers.filter(([name]) => !name.startsWith(':')),
    ...facts,
  };
}
