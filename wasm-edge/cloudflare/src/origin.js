// What goes on to the origin, and nothing of Cloudflare's own cache answers it.

// Of one connection (RFC 9110 §7.6.1); the platform sets its own.
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

/** The origin was not reached. What `fetch` says of it may quote a URL. */
export class Unreachable extends Error {}

/**
 * @param {Request} request
 * @param {string} origin scheme and host
 * @param {string} target path and query
 * @param {[string, string | null][]} changes headers to set, or with `null` to take out
 * @throws {Unreachable}
 */
export async function ask(request, origin, target, changes) {
  const headers = new Headers(request.headers);
  for (const name of HOP_BY_HOP) headers.delete(name);
  for (const [name, value] of changes) {
    if (value === null) headers.delete(name);
    else headers.set(name, value);
  }
  // For the origin's `client_ip_header` and `country_header`: it verifies once more.
  put(headers, 'countersign-client', request.headers.get('cf-connecting-ip'));
  put(headers, 'countersign-country', request.cf?.country);
  const response = await fetch(origin + target, {
    method: request.method,
    headers,
    redirect: 'manual',
    cache: 'no-store',
  }).catch(() => {
    throw new Unreachable('the origin was not reached');
  });
  return new Response(response.body, response);
}

function put(headers, name, value) {
  if (value) headers.set(name, value);
  else headers.delete(name);
}
