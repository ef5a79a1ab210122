// A user's worker: runs a file of vectors, or verifies and signs.
import { createEdge, fromRequest, sign } from '@countersign/edge';
import { runAll } from './all.js';

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === '/vectors') return Response.json(await runAll(await request.json()));
    if (pathname === '/sign') return new Response(await sign(...await request.json()));
    const edge = await createEdge(env.DOCUMENT);
    const { outcome, reason, target, settled } = edge.verify(fromRequest(request, { client: request.headers.get('cf-connecting-ip') }));
    return Response.json({ outcome, reason, target, settled });
  },
};
