// A store that speaks S3, and has what the suite's server says: each path is an object's key.
import { createHash } from "node:crypto";
import { createServer, request } from "node:http";

import { pairs, without } from "./exchange.mjs";

// The store's own conditions stand in place of the client's.
const CONDITIONS = new Set([
  "accept-encoding", "host", "if-match", "if-modified-since", "if-none-match", "if-range",
  "if-unmodified-since", "range", "connection",
]);

// What an S3 object has a place for.
const KEPT = ["content-type", "content-encoding", "content-disposition", "cache-control"];

// When objects without a date were written. Every object of S3 has one.
const WRITTEN = "Sat, 01 Jan 2000 00:00:00 GMT";

/** Starts the store; `suite` is the port of the suite's server. */
export function startStore(exchange, suite) {
  // What the suite's server said that an object without an entity tag is, by the tag made for it.
  const dates = new Map();
  const server = createServer((asked, answer) => {
    const path = decodeURI(asked.url.split("?")[0]).replace(/^\/[^/]*/, "");
    if (asked.url.includes("list-type=")) return listing(answer);
    const client = exchange.asking(path);
    const headers = without(client, CONDITIONS);
    headers.push(...ranges(client));
    headers.push(...condition(asked.headers["if-none-match"], dates), ["host", "suite.test"]);
    const flat = headers.flat();
    // A HEAD of the suite's server tells no length, as every store does: only a client's own is one.
    const method = exchange.method(path);
    const sent = request({ port: suite, host: "127.0.0.1", method, path, headers: flat });
    // A connection that breaks off is passed on as such.
    sent.on("error", () => asked.socket.destroy());
    sent.on("response", async (said) => {
      const chunks = [];
      try {
        for await (const chunk of said) chunks.push(chunk);
      } catch {
        return asked.socket.destroy();
      }
      reply(asked, answer, said, Buffer.concat(chunks), exchange, dates);
    });
    sent.end();
  });
  return new Promise((ready) => server.listen(0, "127.0.0.1", () => ready(server)));
}

// Countersign reads blocks, which the suite's server does not understand: it is asked for the bytes
// that the client wants.
const ranges = (client) => client.filter(([name]) => name.toLowerCase() === "range");

// An entity tag that was made here stands for the date that the suite's server gave.
function condition(tag, dates) {
  if (tag === undefined) return [];
  const date = dates.get(tag);
  return [date === undefined ? ["If-None-Match", tag] : ["If-Modified-Since", date]];
}

function reply(asked, answer, said, body, exchange, dates) {
  const own = Object.fromEntries(
    pairs(said.rawHeaders).map(([name]) => [name.toLowerCase(), joined(said, name)]),
  );
  if (![200, 206, 304].includes(said.statusCode)) return refuse(answer, said.statusCode);
  const { bytes, contentRange } = object(said, body);
  const made = [];
  const headers = Object.fromEntries(KEPT.filter((name) => own[name]).map((name) => [name, own[name]]));
  headers["cache-control"] = lifetime(own);
  if (headers["cache-control"] === "") delete headers["cache-control"];
  headers["last-modified"] = own["last-modified"] ?? (made.push("last-modified"), WRITTEN);
  headers.etag = own.etag ?? (made.push("etag"), tagOf(headers["last-modified"], bytes));
  if (made.includes("etag") && own["last-modified"]) dates.set(headers.etag, own["last-modified"]);
  if (said.statusCode === 304) {
    answer.writeHead(304, { etag: asked.headers["if-none-match"] ?? headers.etag });
    return answer.end();
  }
  headers["content-language"] = exchange.keep({ headers: Object.entries(own), made, contentRange });
  send(asked, answer, headers, bytes);
}

const joined = (said, name) => [said.headersDistinct[name.toLowerCase()] ?? []].flat().join(", ");

// Of an object whose bytes the suite's server has told a part of, the others are blanks. Where its
// Content-Range contradicts its body, the first position and the body count.
function object(said, body) {
  const written = said.headers["content-range"];
  const [, first, length] = /^bytes (\d+)-\d+\/(\d+)$/.exec(written ?? "") ?? [];
  if (said.statusCode !== 206 || first === undefined) return { bytes: body };
  const end = Number(first) + body.length;
  const fits = written === `bytes ${first}-${end - 1}/${length}`;
  const bytes = Buffer.alloc(fits ? Number(length) : end, " ");
  body.copy(bytes, Number(first));
  return { bytes, contentRange: { written, meant: `bytes ${first}-${end - 1}/${bytes.length}` } };
}

// Countersign knows no Expires of an object: it is told as a max-age.
function lifetime(own) {
  const control = own["cache-control"] ?? "";
  if (own.expires === undefined || /(^|[\s,])(s-maxage|max-age)\s*=/i.test(control)) return control;
  const from = Date.parse(own.date ?? "") || Date.now();
  const seconds = Math.max(0, Math.round((Date.parse(own.expires) - from) / 1000)) || 0;
  return [control, `max-age=${seconds}`].filter(Boolean).join(", ");
}

const tagOf = (date, bytes) => `"${createHash("md5").update(date).update(bytes).digest("hex")}"`;

// Whether the bucket is there is found out by asking for its names.
function listing(answer) {
  answer.writeHead(200, { "content-type": "application/xml" });
  answer.end("<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>");
}

function refuse(answer, status) {
  const code = status === 404 ? "NoSuchKey" : "InternalError";
  const known = status === 404 || status === 403 || status === 503 ? status : 500;
  answer.writeHead(known, { "content-type": "application/xml" });
  answer.end(`<Error><Code>${code}</Code><Message>${status}</Message></Error>`);
}

function send(asked, answer, headers, bytes) {
  const whole = bytes.length;
  const range = asked.method === "GET" ? /^bytes=(\d*)-(\d*)$/.exec(asked.headers.range ?? "") : null;
  if (range === null) {
    answer.writeHead(200, { ...headers, "content-length": whole });
    return answer.end(bytes);
  }
  const [, from, to] = range;
  const first = from === "" ? Math.max(0, whole - Number(to)) : Number(from);
  const last = from === "" || to === "" ? whole - 1 : Math.min(Number(to), whole - 1);
  if (first > last) {
    answer.writeHead(416, { "content-range": `bytes */${whole}`, "content-type": "application/xml" });
    return answer.end("<Error><Code>InvalidRange</Code></Error>");
  }
  const part = bytes.subarray(first, last + 1);
  const place = `bytes ${first}-${last}/${whole}`;
  answer.writeHead(206, { ...headers, "content-range": place, "content-length": part.length });
  answer.end(part);
}
