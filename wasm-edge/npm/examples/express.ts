// Express: what stands behind this middleware is served to requests with a token only.
import type { NextFunction, Request, Response } from 'express';
import { admit, fromNode, type AdmitOptions, type Edge } from '@countersign/edge';

/**
 * Handlers find the decision as `response.locals.countersign`: serve its `path`, which is canonical, not
 * the URL's. `request.ip` is the client's address as far as Express's setting `trust proxy` is right.
 */
export function countersign(edge: Edge, options?: AdmitOptions) {
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    const { decision, headers, refusal } = admit(edge, fromNode(request, { client: request.ip }), options);
    if (refusal) {
      response.status(refusal.status);
      refusal.headers.forEach((value, name) => response.setHeader(name, value));
      response.end(await refusal.text());
      return;
    }
    response.locals.countersign = decision;
    // What one token opened is no answer for the next client; a handler may set its own.
    response.setHeader('cache-control', 'private, no-store');
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    next();
  };
}
