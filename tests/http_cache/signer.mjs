// What the suite takes for the cache: signs each test's path and asks Countersign for it. What sets
// tests up and reads their state goes to the suite's server.
import { createHmac } from "node:crypto";
import { Agent, createServer, request } from "node:http";

import { isHop, pairs } from "./exchange.mjs";

export const SECRET = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
export const HOST = "cache.test";

const netstring = (text) => `${Buffer.byteLength(text)}:${text},`;

function token(path) {
  const text = `1~kid=k1~exp=${Math.floor(Date.now() / 1000) + 86_400}`;
  const signed = ["countersign/1", "cache", text, path].map(netstring).join("");
  const key = Buffer.from(SECRET, "hex");
  return `${text}~sig=${createHmac("sha256", key).update(signed).digest("base64url")}`;
}

/** Starts it; `suite` and `origin` are ports. */
export function startSigner(exchange, suite, origin) {
  // Of the suite's server, which closes connections soon, each request has its own.
  const agent = new Agent({ keepAlive: true });
  const server = createServer((asked, answer) => {
    const headers = pairs(asked.rawHeaders).filter(([name]) => !isHop(name));
    const { path, port, host } = where(asked, exchange, headers, suite, origin);
    // A body keeps its length, a request without one says none.
    const length = asked.headers["content-length"];
    if (length !== undefined) headers.push(["content-length", length]);
    headers.push(["host", host]);
    const sent = request({ agent: port === origin && agent, port, host: "127.0.0.1", method: asked.method, path, headers: headers.flat() });
    sent.on("error", () => asked.socket.destroy());
    sent.on("response", async (said) => {
      const chunks = [];
      for await (const chunk of said) chunks.push(chunk);
      const restored = exchange.restored(pairs(said.rawHeaders));
      const length = said.headers["content-length"];
      if (length !== undefined) restored.set("content-length", [length]);
      answer.sendDate = false;
      answer.writeHead(said.statusCode, [...restored].flatMap(([name, values]) => values.flatMap((value) => [name, value])));
      answer.end(Buffer.concat(chunks));
    });
    asked.pipe(sent);
  });
  return new Promise((ready) => server.listen(0, "127.0.0.1", () => ready(server)));
}

function where(asked, exchange, headers, suite, origin) {
  const [path, query] = asked.url.split("?");
  if (!path.startsWith("/test/")) return { path: asked.url, port: suite, host: "suite.test" };
  exchange.asks(path, asked.method, headers.slice());
  const parameters = [`cs=${token(path)}`, ...(query === undefined ? [] : [query])];
  return { path: `${path}?${parameters.join("&")}`, port: origin, host: HOST };
}
