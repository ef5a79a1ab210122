// A viewer-request event, as CloudFront makes it of a request (AWS, "CloudFront Functions event
// structure" and "Restrictions on all edge functions", "URI, query string, and headers encoding").

const put = (object, name, value) => {
  if (Object.hasOwn(object, name)) {
    const entry = object[name];
    entry.multiValue ??= [{ value: entry.value }];
    entry.multiValue.push({ value });
  } else {
    Object.defineProperty(object, name, { value: { value }, enumerable: true, configurable: true, writable: true });
  }
};

/** Bytes, one a character, as CloudFront hands them over: UTF-8, or what ISO 8859-1 makes of them. */
const decoded = (latin1) => {
  const bytes = Buffer.from(latin1, 'latin1');
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : latin1;
};

const parted = (text, by) => {
  const at = `${text}${by}`.indexOf(by);
  return [text.slice(0, at), text.slice(at + 1)];
};

/** `request` as in the vectors (docs/TOKEN.md §8). `query` is what `rawQueryString()` gives. */
export function eventOf(request, requestId = 'EXAMPLE-request-id==') {
  const mark = request.target.indexOf('?');
  const query = mark < 0 ? undefined : request.target.slice(mark + 1);
  const headers = {};
  const cookies = {};
  const querystring = {};
  const cookieLines = [];
  for (const [name, value] of request.headers ?? []) {
    if (name.toLowerCase() === 'cookie') {
      cookieLines.push(decoded(value));
    } else {
      put(headers, name.toLowerCase(), decoded(value));
    }
  }
  for (const piece of cookieLines.join('; ').split(';').map((text) => text.replace(/^[ \t]+|[ \t]+$/g, ''))) {
    if (piece) {
      put(cookies, ...parted(piece, '='));
    }
  }
  for (const piece of (query ?? '').split('&').filter(Boolean)) {
    put(querystring, ...parted(piece, '='));
  }
  if (request.country !== null && request.country !== undefined) {
    put(headers, 'cloudfront-viewer-country', request.country);
  }
  return {
    version: '1.0',
    context: {
      distributionDomainName: 'd111111abcdef8.cloudfront.net',
      distributionId: 'EDFDVBD6EXAMPLE',
      eventType: 'viewer-request',
      requestId,
    },
    viewer: { ip: request.client_ip ?? '' },
    request: {
      method: request.method,
      uri: mark < 0 ? request.target : request.target.slice(0, mark),
      querystring,
      headers,
      cookies,
    },
    query,
  };
}
