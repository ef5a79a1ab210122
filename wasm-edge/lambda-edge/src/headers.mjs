// Headers of an event: { NAME: [{ key, value }, …] }, NAME in lower case (AWS, "Lambda@Edge event structure").

/** The value of the only or first line; undefined where there is none. */
export const valueOf = (headers, name) => headers?.[name]?.[0]?.value;

export const set = (headers, name, value) => {
  headers[name] = [{ key: name, value: String(value) }];
};

/** In `countersign-verdict`, before the reason of a denial that report-only let go on. */
export const UNENFORCED = '!';

/**
 * All lines as the loader takes them, a character for each byte. CloudFront hands values over as
 * UTF-8, or as what ISO 8859-1 makes of them.
 */
export const linesOf = (headers) => Object.entries(headers ?? {}).flatMap(([name, lines]) =>
  lines.map(({ value }) => [name, Buffer.from(value, 'utf8').toString('latin1')]));

/** A value of the loader's back as an event has it. */
export const textOf = (bytes) => Buffer.from(bytes, 'latin1').toString('utf8');

/**
 * Those that no function sees or may set, and those that a viewer-request function may only read
 * (AWS, "Restrictions on all edge functions"): one set, and CloudFront answers 502.
 */
const KEPT = new Set(['connection', 'expect', 'keep-alive', 'proxy-authenticate', 'proxy-authorization',
  'proxy-connection', 'trailer', 'upgrade', 'x-accel-buffering', 'x-accel-charset', 'x-accel-limit-rate',
  'x-accel-redirect', 'x-amzn-auth', 'x-amzn-cf-billing', 'x-amzn-cf-id', 'x-amzn-cf-xff', 'x-amzn-errortype',
  'x-amzn-fle-profile', 'x-amzn-header-count', 'x-amzn-header-order', 'x-amzn-lambda-integration-tag',
  'x-amzn-requestid', 'x-cache', 'x-forwarded-proto', 'x-real-ip',
  'content-length', 'host', 'transfer-encoding', 'via', 'cloudfront-viewer-country']);

/** Whether a viewer-request function may set the header `name`, in lower case. */
export const mayBeSet = (name) => !KEPT.has(name) && !/^x-(?:amz-cf|edge)-/.test(name);
