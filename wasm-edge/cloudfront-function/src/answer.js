// Answers that the origin would give too (docs/DELIVERY.md, "Errors").

// Cross-origin headers for this request, as the origin sets them. `vary` is not there yet.
const applyCors = (cors, request, headers) => {
  if (!cors) {
    return;
  }
  const origin = cors.allowed_origins.includes('*') ? '*' : valueOf(request.headers, 'origin');
  if (origin !== '*') {
    set(headers, 'vary', 'origin');
  }
  if (cors.allowed_origins.includes(origin)) {
    set(headers, 'access-control-allow-origin', origin);
    set(headers, 'access-control-expose-headers', cors.exposed_headers);
    if (cors.allow_credentials && origin !== '*') {
      set(headers, 'access-control-allow-credentials', true);
    }
  }
};

// RFC 9457. `told`: { title, detail, status, headers } of the store; {s} stands for seconds.
const problem = (event, site, code, told, seconds) => {
  const shows = site.show_reasons !== false;
  const status = (site.status && site.status[code]) || told.status || 403;
  const headers = told.headers || {};
  set(headers, 'cache-control', 'no-store');
  if (shows && told.is_reason) {
    set(headers, 'countersign-reason', code);
  }
  if (code === 'missing') {
    set(headers, 'www-authenticate', 'Countersign realm="' + site.name + '"');
  }
  applyCors(site.cors, event.request, headers);
  return {
    statusCode: status,
    headers: headers,
    body: event.request.method === 'HEAD' ? '' : JSON.stringify({
      type: 'urn:countersign:problem:' + code,
      title: told.title || code,
      status: status,
      code: code,
      detail: shows && told.detail ? told.detail.replace('{s}', seconds) : undefined,
      request_id: event.context.requestId,
    }),
  };
};
