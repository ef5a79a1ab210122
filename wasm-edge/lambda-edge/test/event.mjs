// Viewer-request events: AWS's documented example ("Lambda@Edge event structure", distribution/test-event.json)
// with a request in it, as CloudFront hands it over ("Restrictions on all edge functions").
import { readFileSync } from 'node:fs';

const EXAMPLE = JSON.parse(readFileSync(new URL('../distribution/test-event.json', import.meta.url), 'utf8'));
/** Headers that CloudFront does not show to functions. */
const UNSEEN = /^(?:connection|expect|keep-alive|proxy-.*|trailer|upgrade|x-accel-.*|x-amz-cf-.*|x-edge-.*|x-cache|x-forwarded-proto|x-real-ip)$/;

/** Bytes, one a character, as they are handed over: UTF-8, or what ISO 8859-1 makes of them. */
const decoded = (latin1) => {
  const bytes = Buffer.from(latin1, 'latin1');
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : latin1;
};

/** `request` as in the vectors (docs/TOKEN.md §8); its `country` is not told in this event. */
export function eventOf({ method = 'GET', target, headers = [], client_ip = '203.0.113.178' }, requestId) {
  const event = structuredClone(EXAMPLE);
  const { config, request } = event.Records[0].cf;
  config.requestId = requestId ?? config.requestId;
  const mark = target.indexOf('?');
  request.method = method;
  request.uri = mark < 0 ? target : target.slice(0, mark);
  request.querystring = mark < 0 ? '' : target.slice(mark + 1);
  if (client_ip === null) delete request.clientIp;
  else request.clientIp = client_ip;
  request.headers.host[0].value = 'media.example';
  for (const [key, value] of headers) {
    const name = key.toLowerCase();
    if (name === 'host') request.headers.host[0].value = value;
    else if (!UNSEEN.test(name)) (request.headers[name] ??= []).push({ key, value: decoded(value) });
  }
  return event;
}

/** A result's header lines, joined. */
export const headerOf = ({ headers }, name) => headers[name]?.map(({ value }) => value).join(', ');
