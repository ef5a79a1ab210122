// Next.js 16: `proxy.ts` beside `app` (before that `middleware.ts`, the function named `middleware`, with
// `runtime: 'nodejs'` in `config`). What stands under /files is served to requests with a token only.
import { NextResponse, type NextRequest } from 'next/server';
import { admit, createEdge, fromRequest } from '@countersign/edge';

/** What `countersign edge config --with-secrets` prints, from where the deployment keeps its secrets. */
const edge = createEdge(process.env.COUNTERSIGN_EDGE);

export const config = { matcher: '/files/:path*' };

/** Routes serve the path that the header `x-countersign-path` names; in `request.url` the token still stands. */
export async function proxy(request: NextRequest) {
  // Next.js takes the URL's host from its own settings; the client's is in the header.
  const host = request.headers.get('host') ?? '';
  const { decision, headers: told, refusal } = admit(await edge, fromRequest(request, { host }));
  if (refusal) return refusal;
  const headers = new Headers(request.headers);
  headers.set('x-countersign-path', decision.path ?? '');
  const response = NextResponse.next({ request: { headers } });
  // What one token opened is no answer for the next client.
  response.headers.set('cache-control', 'private, no-store');
  for (const [name, value] of Object.entries(told)) response.headers.set(name, value);
  return response;
}
