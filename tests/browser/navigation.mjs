// A browser that follows a link which no longer holds: a site with a page for that, and one with a
// login, each behind a real `countersign serve`.
//
//     node tests/browser/navigation.mjs COUNTERSIGN_PROGRAM

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { drive, giveUp } from "./browser.mjs";

const PATH = "/a b.jpg";
const PAGE = `<!doctype html><html lang="en"><title>Denied</title><style>h1 { color: rgb(1, 2, 3) }</style>
<h1>This link does not open</h1><p id="reason">{reason}</p><p id="request">{request_id}</p>
<script>document.title = "a script ran"</script></html>`;

const program = process.argv[2] ? resolve(process.argv[2]) : giveUp("usage: node tests/browser/navigation.mjs COUNTERSIGN_PROGRAM");
const folder = mkdtempSync(join(tmpdir(), "countersign-"));
const visits = []; // what the login was asked for: target and Referer

/** The app's log-in, on an origin of its own. */
async function login() {
  const server = createServer((request, response) => {
    if (request.url.startsWith("/login")) visits.push({ target: request.url, referer: request.headers.referer });
    response.setHeader("content-type", "text/html").end("<!doctype html><title>Log in</title><h1>Log in</h1>");
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${server.address().port}/login`;
}

/** One site a host: 127.0.0.1 has a page, localhost a login. */
function configure(loginUrl) {
  const site = (name, host) => `[[site]]\nname = "${name}"\nhosts = ["${host}"]\npublic_url = "http://${host}"\nkeys = "keys.toml"\n[site.store]\ntype = "fs"\nroot = "media"\n[site.denied_navigation]\n`;
  const write = (name, text) => writeFileSync(join(folder, name), text, { mode: 0o600 });
  mkdirSync(join(folder, "media"));
  copyFileSync("src/demo/media/photo.jpg", join(folder, "media", PATH));
  write("denied.html", PAGE);
  write("keys.toml", `[[key]]\nkid = "k1"\nalg = "HS256"\nsecret = "${randomBytes(32).toString("hex")}"\n`);
  write("countersign.toml", `[delivery]\nlisten = "127.0.0.1:0"\n[ops]\nlisten = "127.0.0.1:0"\n`
    + `${site("page", "127.0.0.1")}page = "denied.html"\n${site("login", "localhost")}redirect = "${loginUrl}?return_to={return_to}"\n`);
}

/** Starts the program; its delivery port. */
async function serve() {
  const server = spawn(program, ["serve"], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  process.on("exit", () => { server.kill("SIGKILL"); rmSync(folder, { recursive: true, force: true }); });
  const told = [];
  for await (const line of createInterface(server.stderr)) {
    told.push(line);
    const port = line.match(/ready .*delivery=[\d.]+:(\d+)/)?.[1];
    if (port) return port;
  }
  return giveUp(`countersign did not start: ${told.join(" ")}`);
}

function link(site, host, expires) {
  const args = ["sign", "--keys", "keys.toml", "--site", site, "--path", PATH, "--expires", expires, "--base-url", host];
  return execFileSync(program, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

configure(await login());
const port = await serve();
const hosts = { page: `http://127.0.0.1:${port}`, login: `http://localhost:${port}` };
const late = (site) => link(site, hosts[site], "2020-01-01T00:00:00Z");
const good = (site) => link(site, hosts[site], "1h");

async function pageIsShown(open) {
  const page = await open();
  const answer = await page.goto(late("page"));
  assert.deepEqual([answer.status(), answer.headers()["content-type"]], [403, "text/html; charset=utf-8"]);
  assert.equal(await page.locator("h1").innerText(), "This link does not open");
  assert.equal(await page.locator("#reason").innerText(), "expired");
  assert.match(await page.locator("#request").innerText(), /^[0-9a-f]{24}$/);
  const colour = await page.locator("h1").evaluate((title) => getComputedStyle(title).color);
  assert.equal(colour, "rgb(1, 2, 3)", "the page's own style");
  assert.equal(await page.title(), "Denied", "its script must not run");
  assert.equal((await page.goto(`${hosts.page}${encodeURI(PATH)}`)).status(), 401);
  assert.equal(await page.locator("#reason").innerText(), "missing");
  assert.equal((await page.goto(good("page"))).headers()["content-type"], "image/jpeg");
  return "403 expired, 401 missing, and a good link opens";
}

/** A page of the site's own origin that shows the picture, and asks for it by a script. */
async function picturesAndScriptsGetTheProblem(open) {
  const page = await open();
  const url = late("page");
  await page.route("**/app.html", (route) => route.fulfill({ contentType: "text/html", body: `<!doctype html><img id="late" src="${url}">` }));
  const [answer] = await Promise.all([page.waitForResponse(url), page.goto(`${hosts.page}/app.html`)]);
  assert.equal(answer.request().resourceType(), "image");
  assert.deepEqual([answer.status(), answer.headers()["content-type"]], [403, "application/problem+json"]);
  assert.equal(await page.locator("#late").evaluate((image) => image.naturalWidth), 0);
  const problem = await page.evaluate((late) => fetch(late).then((told) => told.json()), url);
  assert.equal(problem.code, "expired");
  return "403 application/problem+json";
}

async function loginIsReachedWithoutTheToken(open) {
  const page = await open();
  await page.goto(late("login"));
  assert.equal(await page.title(), "Log in");
  assert.equal(visits.length, 1);
  const [{ target, referer }] = visits;
  assert.equal(new URL(target, hosts.login).searchParams.get("return_to"), `http://localhost${encodeURI(PATH)}`);
  assert.ok(!target.includes("sig") && !page.url().includes("cs="), page.url());
  assert.equal(referer, undefined, "a Referer would hold the token");
  assert.equal((await page.goto(good("login"))).status(), 200);
  return "with the way back";
}

await drive(async ({ check, open }) => {
  await check("a link that has run out shows the site's page", () => pageIsShown(open));
  await check("a picture and a script get the problem", () => picturesAndScriptsGetTheProblem(open));
  await check("a site with a login leads there, without the token", () => loginIsReachedWithoutTheToken(open));
});
