// Hono: what stands behind this middleware is served to requests with a token only.
import { createMiddleware } from 'hono/factory';
import type { Context } from 'hono';
import { admit, fromRequest, type AdmitOptions, type Decision, type Edge } from '@countersign/edge';

export type CountersignVariables = { Variables: { countersign: Decision } };

interface Options extends AdmitOptions {
  /** The client's address, from where nobody else can write it. Left out: unknown. */
  client?: (c: Context) => string | undefined;
}

/** Handlers find the decision as `c.var.countersign`: serve its `path`, which is canonical, not the URL's. */
export function countersign(edge: Edge, { client, ...options }: Options = {}) {
  return createMiddleware<CountersignVariables>(async (c, next) => {
    const { decision, headers, refusal } = admit(edge, fromRequest(c.req.raw, { client: client?.(c) }), options);
    if (refusal) return refusal;
    c.set('countersign', decision);
    await next();
    // What one token opened is no answer for the next client.
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'private, no-store');
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
    return undefined;
  });
}
