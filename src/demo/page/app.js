// The page of `countersign demo`: shows the signed links of /_demo/data.json, and what the server
// really answers to each. No link is trusted to do what it says: every answer is fetched and compared.
"use strict";

const $ = (id) => document.getElementById(id);
const IMAGE = /\.(avif|gif|jpe?g|png|webp)$/i;
const FETCH = { cache: "no-store", credentials: "omit", redirect: "manual" };

let data; // what the server said about this demo
let clockOffset = 0; // the server's time minus this browser's, in seconds
let timer; // of the countdown

/** Makes an element: properties, then children (strings become text, never HTML). */
function el(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

const serverNow = () => Date.now() / 1000 + clockOffset;
const toSeconds = (time) => (typeof time === "string" ? Date.parse(time) / 1000 : time);
const announce = (text) => { $("announce").textContent = text; };

// ---- What a link and its token say ----

const unescapeToken = (text) => decodeURIComponent(text.replace(/~([0-9A-F]{2})/g, "%$1"));

/** Reads the token of a URL, from its parameter `cs` or from its first path segment; null without a readable one. */
function readToken(address) {
  try {
    return splitToken(new URL(address));
  } catch {
    return null;
  }
}

function splitToken(url) {
  let path = url.pathname;
  let text = url.searchParams.get("cs");
  if (path.startsWith("/cs=")) {
    const end = path.indexOf("/", 1);
    text = decodeURIComponent(path.slice(4, end)).replaceAll("@", "/");
    path = path.slice(end);
  }
  if (!text) return null;
  const fields = new Map(text.split(/~(?=[a-z]+=)/).slice(1).map((field) => {
    const [, name, value] = /^([a-z]+)=(.*)$/s.exec(field);
    return [name, value];
  }));
  return { path: decodeURIComponent(path), fields };
}

/** The rows of the little table that puts a token into plain words. */
function tokenRows({ path, fields }) {
  const rows = [];
  const patterns = fields.get("path");
  if (patterns) rows.push(["Grants", `everything that matches ${patterns.split("!").map(unescapeToken).join(", ")}`]);
  else rows.push(["Grants", `${path}, and nothing else`]);
  const end = Number(fields.get("exp"));
  if (end) rows.push(["Until", new Date(end * 1000).toLocaleString([], { dateStyle: "medium", timeStyle: "medium" })]);
  for (const [name, label] of [["method", "Methods"], ["ip", "From"], ["uses", "Uses"], ["sub", "Issued to"], ["cd", "Sent as"], ["kid", "Key"]]) {
    if (fields.has(name)) rows.push([label, fields.get(name).split("!").map(unescapeToken).join(", ")]);
  }
  return rows;
}

/** A URL without its origin on one line, shortened by the style sheet before its last characters. */
function shortUrl(address) {
  const url = new URL(address);
  const text = url.pathname + url.search;
  const cut = url.search || text.startsWith("/cs=") ? text.length - 10 : text.length;
  return el("code", { title: address }, el("span", { className: "head-of-url" }, text.slice(0, cut)), el("span", {}, text.slice(cut)));
}

function copyButton(text, what) {
  const button = el("button", { type: "button", className: "copy", textContent: "Copy" });
  button.setAttribute("aria-label", `Copy ${what}`);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
      announce(`Copied ${what}.`);
    } catch {
      button.textContent = "No access";
      announce("The browser does not let this page copy.");
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1600);
  });
  return button;
}

/** Opens the page that inspects, with this link in it; what stands behind "#" is sent nowhere. */
function inspectLink(address, what) {
  const fields = new URLSearchParams({ text: address, site: data.site });
  const link = el("a", { className: "inspect", href: `/_demo/inspect.html#${fields}`, target: "_blank", rel: "noopener" }, "Inspect");
  link.setAttribute("aria-label", `Inspect the URL of ${what}`);
  return link;
}

/** A link abbreviated, with a button that copies all of it, and its token in plain words if it has a good one. */
function linkBlock(address, what, isGranted = true) {
  const line = el("div", { className: "url" }, shortUrl(address), copyButton(address, `the URL of ${what}`), inspectLink(address, what));
  const token = isGranted && readToken(address);
  if (!token) return [line];
  const list = el("dl", { className: "token" });
  for (const [label, value] of tokenRows(token)) list.append(el("dt", {}, label), el("dd", {}, value));
  return [line, list];
}

// ---- What the server answers ----

/** Fetches a link; the status and, for a refusal, the members of its problem+json. */
async function ask(link, method = "GET") {
  const stop = new AbortController();
  try {
    const credentials = link.credentials ?? FETCH.credentials;
    const response = await fetch(link.url, { ...FETCH, credentials, method: link.method ?? method, signal: stop.signal });
    const isProblem = (response.headers.get("content-type") ?? "").startsWith("application/problem+json");
    const problem = isProblem && method !== "HEAD" ? await response.json() : {};
    const code = problem.code ?? response.headers.get("countersign-reason") ?? undefined;
    return { status: response.status, code, title: problem.title, detail: problem.detail };
  } catch {
    return { title: "No answer", detail: "The server could not be reached. Is the demo still running?" };
  } finally {
    stop.abort(); // of a body that nobody reads
  }
}

const isExpected = (answer, expect) => answer.status === expect.status && (!expect.code || answer.code === expect.code);

/** The line of an answer: its status, its code, and what else is to say. */
function verdict(status, code, ...rest) {
  return el("p", { className: "verdict" }, el("span", { className: "status" }, String(status ?? "")),
    el("span", { className: "code" }, code ?? ""), ...rest);
}

/** One row: what the link is, and a place for the answer. */
function linkRow(link, granted) {
  const heading = granted ? el("h3", {}, el("a", { href: link.url, target: "_blank", rel: "noopener" }, link.name.replaceAll("_", " ")))
    : el("h3", {}, link.name.replaceAll("_", " "));
  const what = el("div", { className: "what" }, heading, el("p", { className: "says" }, link.says ?? ""));
  const [url, ...token] = linkBlock(link.url, link.name, granted);
  what.append(url);
  const answer = el("div", { className: "answer" },
    verdict("", "", el("span", { className: "expected" }, "asking …")),
    el("p", { className: "title" }), el("p", { className: "detail" }), ...token);
  const mark = el("span", { className: "mark", textContent: "·" });
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", "asking");
  const row = el("li", { className: granted ? "granted" : "denied" }, mark, what, answer);
  row.dataset.link = link.name;
  row.dataset.state = "pending";
  return row;
}

async function checkRow(link, row) {
  const answer = await ask(link, link.kind === "refused" ? "GET" : "HEAD");
  const good = isExpected(answer, link.expect);
  const expected = [link.expect.status, link.expect.code].filter(Boolean).join(" ");
  row.dataset.state = good ? "match" : "mismatch";
  const mark = row.querySelector(".mark");
  mark.textContent = good ? "✓" : "✗";
  mark.setAttribute("aria-label", good ? "as expected" : "not as expected");
  for (const [name, text] of [["status", answer.status], ["code", answer.code], ["title", answer.title], ["detail", answer.detail]]) {
    row.querySelector(`.${name}`).textContent = text ?? "";
  }
  row.querySelector(".expected").textContent = good ? "as expected" : `expected ${expected}`;
  return good;
}

/** Fills a list with rows and checks them all; returns how many were as expected. */
async function fillList(list, links, granted) {
  const rows = links.map((link) => linkRow(link, granted));
  list.replaceChildren(...rows);
  const results = await Promise.all(links.map((link, i) => checkRow(link, rows[i])));
  return results.filter(Boolean).length;
}

async function checkRefused() {
  const links = data.links.filter((link) => link.kind === "refused");
  $("refused-section").hidden = links.length === 0;
  $("check-again").disabled = true;
  const good = await fillList($("refused"), links, false);
  $("check-again").disabled = false;
  $("refused-summary").textContent = `${good} of ${links.length} links were refused as expected.`;
}

// ---- The photo, its countdown, the film ----

function clockText(seconds) {
  const s = Math.max(0, Math.ceil(seconds));
  const two = (n) => String(n).padStart(2, "0");
  return s >= 3600 ? `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
}

/** Asks for the photo's own link once more, as its time has run out, and shows the refusal. */
async function showExpiry(link, isCurrent) {
  let answer = await ask(link);
  for (let again = 0; again < 4 && answer.status < 300; again++) { // the two clocks differ by less than this
    await new Promise((done) => setTimeout(done, 500));
    answer = await ask(link);
  }
  if (!isCurrent()) return;
  const fresh = el("button", { type: "button", className: "again", textContent: "Get fresh links" });
  fresh.addEventListener("click", start);
  $("after").replaceChildren(
    verdict(answer.status, answer.code, el("strong", {}, answer.title ?? "Still let through")),
    el("p", { className: "after-text" }, "The same link, asked for again. The picture above is what the browser already had."), fresh);
  announce(`The photo's link has expired. Asked again, the server answers ${answer.status} ${answer.code ?? ""}.`);
}

function startCountdown(link) {
  clearInterval(timer);
  const total = Math.max(1, link.expires_at - data.now);
  $("ticker").hidden = !link.expires_at;
  $("ticker").dataset.state = "running";
  $("countdown-label").textContent = "This link still works for";
  $("after").replaceChildren(el("p", { className: "after-text" }, "At zero this page asks for the same link again, to show you the refusal."));
  if (!link.expires_at) return;
  let said = Infinity;
  const tick = () => {
    const left = link.expires_at - serverNow();
    $("countdown").textContent = clockText(left);
    $("remaining").value = Math.max(0, Math.min(1, left / total));
    const milestone = [60, 30, 10].filter((s) => left <= s).pop();
    if (milestone < said && total > milestone && left > 0) {
      said = milestone;
      announce(`${milestone} seconds left on the photo's link.`);
    }
    if (left <= 30) $("ticker").dataset.state = "soon";
    if (left > 0) return;
    clearInterval(mine);
    $("ticker").dataset.state = "over";
    $("countdown-label").textContent = "This link has run out";
    showExpiry(link, () => timer === mine);
  };
  const mine = setInterval(tick, 250);
  timer = mine;
  tick();
}

function showMedia(kind, links) {
  const link = links.find((candidate) => candidate.kind === kind);
  const card = $(`${kind}-card`);
  card.hidden = !link;
  if (!link) return undefined;
  card.querySelector(".says").textContent = link.says ?? "";
  card.querySelector(".link").replaceChildren(...linkBlock(link.url, `the ${kind}`));
  const media = $(kind);
  if (kind === "photo") media.alt = link.says || "The signed photo";
  else media.setAttribute("aria-label", link.says || "The signed film");
  media.onerror = async () => {
    const answer = await ask(link);
    card.querySelector(".says").textContent = `Could not be shown: ${answer.status ?? ""} ${answer.code ?? ""} ${answer.title ?? ""}`.trim();
  };
  media.src = kind === "film" ? `${link.url}#t=0.01` : link.url; // so phones too show the first picture
  return link;
}

// ---- The signing form ----

function showSigned(answer) {
  const end = new Date(toSeconds(answer.expires_at) * 1000).toLocaleTimeString();
  const link = el("a", { id: "signed-url", href: answer.url, target: "_blank", rel: "noopener" }, answer.path);
  const parts = [verdict(200, "", el("strong", {}, "Signed: "), link),
    el("p", { className: "hint" }, `Opens until ${end}.`), el("div", { className: "link" }, ...linkBlock(answer.url, "the signed file"))];
  const isImage = IMAGE.test(answer.path);
  if (isImage) {
    const image = el("img", { id: "signed-preview", src: answer.url, alt: `Preview of ${answer.path}` });
    parts.push(el("div", { className: "preview" }, image));
  }
  $("sign-result").dataset.preview = isImage ? "yes" : "no";
  $("sign-result").replaceChildren(...parts);
}

function showRefusal(problem) {
  const parts = [verdict(problem.status, problem.code, el("strong", { className: "title" }, problem.title ?? "Refused"))];
  if (problem.detail) parts.push(el("p", { className: "detail" }, problem.detail));
  if (problem.errors?.length) {
    parts.push(el("ul", { className: "errors" }, ...problem.errors.map(({ pointer, detail }) => el("li", {}, el("code", {}, pointer), ` ${detail}`))));
  }
  if (problem.request_id) parts.push(el("p", { className: "hint" }, "Request ", el("code", {}, problem.request_id)));
  $("sign-result").dataset.preview = "no";
  $("sign-result").replaceChildren(...parts);
}

async function sign(body) {
  const { url, bearer } = data.sign;
  const buttons = [$("sign-submit"), $("sign-other")];
  for (const button of buttons) button.disabled = true;
  try {
    const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
    const response = await fetch(url, { ...FETCH, method: "POST", headers, body: JSON.stringify(body) });
    const answer = await response.json();
    $("sign-result").dataset.state = response.ok ? "signed" : "refused";
    (response.ok ? showSigned : showRefusal)(answer);
  } catch {
    $("sign-result").dataset.state = "failed";
    showRefusal({ title: "No answer", detail: `The signing API at ${url} could not be reached, or did not answer with JSON.` });
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

const formBody = () => ({ ...data.sign.body, path: $("sign-path").value, expires_in: $("sign-ttl").value });

function fillForm() {
  $("curl").textContent = data.sign.curl;
  document.querySelector(".copy-slot").replaceChildren(copyButton(data.sign.curl, "the curl command"));
  $("sign-path").value = data.sign.body.path;
  const lifetime = data.sign.body.expires_in;
  if (![...$("sign-ttl").options].some((option) => option.value === lifetime)) $("sign-ttl").prepend(el("option", { value: lifetime }, lifetime));
  $("sign-ttl").value = lifetime;
  $("sign-other").hidden = !data.sign.refused_body;
}

// ---- Start ----

function complain(text, address) {
  $("error").replaceChildren(text, ...(address ? [" ", el("a", { href: address }, address)] : []));
  $("error").hidden = false;
}

/** Reads the data and fills the page; again for fresh links. */
async function start() {
  try {
    const response = await fetch("/_demo/data.json", FETCH);
    if (!response.ok) throw new Error(String(response.status));
    data = await response.json();
  } catch {
    complain("The demo's data could not be read. Is the demo still running?");
    return;
  }
  $("error").hidden = true;
  if (new URL(data.page).origin !== location.origin) complain("The links here are for another address of this page. Open it at", data.page);
  clockOffset = data.now - Date.now() / 1000;
  $("version").textContent = data.version;
  $("user").textContent = data.user;
  $("ops").href = data.ops;
  const photo = showMedia("photo", data.links);
  const film = showMedia("film", data.links);
  $("nothing").hidden = Boolean(photo || film);
  const others = data.links.filter((link) => link.kind !== "refused" && link !== photo && link !== film);
  $("others-section").hidden = others.length === 0;
  fillForm();
  $("loaded").hidden = false;
  showCollections();
  if (photo) startCountdown(photo);
  else clearInterval(timer);
  await Promise.all([checkRefused(), fillList($("others"), others, true)]);
  document.body.dataset.ready = "yes";
}

$("check-again").addEventListener("click", checkRefused);
$("sign-form").addEventListener("submit", (event) => { event.preventDefault(); sign(formBody()); });
$("sign-other").addEventListener("click", () => {
  $("sign-path").value = data.sign.refused_body.path;
  sign(data.sign.refused_body);
});
start();
