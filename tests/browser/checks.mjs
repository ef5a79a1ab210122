// The checks of the demo's page; each opens nothing but what it is given.

import assert from "node:assert/strict";
import { apiPage } from "./api_page.mjs";
import { collections } from "./collections.mjs";
import { inspectPage } from "./inspect_page.mjs";

const PHOTO = { width: 1200, height: 800 }; // src/demo/media/photo.jpg
const FILM_SECONDS = 12; // src/demo/media/film.mp4
const LEAST_REFUSED = 2; // the issue asks for an expired and a tampered link

async function openReady(page, pageUrl) {
  await page.goto(pageUrl);
  await page.locator("body[data-ready=yes]").waitFor();
}

async function photoHasItsSize(page) {
  await page.waitForFunction(() => document.querySelector("#photo").naturalWidth > 0);
  const size = await page.locator("#photo").evaluate((photo) => ({ width: photo.naturalWidth, height: photo.naturalHeight }));
  assert.deepEqual(size, PHOTO);
  return `${size.width}x${size.height}`;
}

async function filmPlays(page) {
  await page.locator("#film").evaluate((film) => film.play());
  await page.waitForFunction(() => document.querySelector("#film").currentTime > 1);
  const { time, width } = await page.locator("#film").evaluate((film) => ({ time: film.currentTime, width: film.videoWidth }));
  assert.equal(width, 640);
  return `at ${time.toFixed(1)} s`;
}

async function filmSeeks(page) {
  const { time, duration } = await page.locator("#film").evaluate((film) => new Promise((done, failed) => {
    film.pause();
    film.onseeked = () => done({ time: film.currentTime, duration: film.duration });
    film.onerror = () => failed(new Error(film.error.message));
    setTimeout(() => failed(new Error("no seek within 5 s")), 5_000);
    film.currentTime = film.duration - 0.5;
  }));
  assert.ok(Math.abs(duration - FILM_SECONDS) < 0.1, `the film is ${duration} s long`);
  assert.ok(time > duration - 1, `the seek ended at ${time} s`);
  await page.waitForFunction(() => document.querySelector("#film").readyState >= 2);
  return `to ${time.toFixed(1)} s of ${duration.toFixed(1)} s`;
}

async function linkAnswers(page, { name, kind, expect }) {
  const row = page.locator(`[data-link=${JSON.stringify(name)}]`);
  assert.equal(await row.getAttribute("data-state"), "match", (await row.locator(".answer").innerText()).replace(/\s+/g, " "));
  assert.equal(await row.locator(".status").textContent(), String(expect.status));
  if (kind !== "refused") return `${expect.status}`;
  assert.equal(await row.locator(".code").textContent(), expect.code);
  const title = await row.locator(".title").textContent();
  assert.notEqual(title, "", "no title is shown");
  return `${expect.status} ${expect.code}: ${title}`;
}

async function countdownRuns(page) {
  const first = await page.locator("#countdown").textContent();
  assert.match(first, /^\d+:\d\d(:\d\d)?$/);
  await page.waitForFunction((text) => document.querySelector("#countdown").textContent !== text, first);
  return `${first} → ${await page.locator("#countdown").textContent()}`;
}

async function formSigns(page, data) {
  await page.locator("#sign-path").fill(data.sign.body.path);
  await page.locator("#sign-submit").click();
  const link = page.locator("#signed-url");
  await link.waitFor();
  const answer = await page.request.get(await link.getAttribute("href"));
  assert.equal(answer.status(), 200, "the signed URL does not open");
  await page.waitForFunction(() => document.querySelector("#signed-preview")?.naturalWidth > 0);
  return `${data.sign.body.path} opens`;
}

async function otherFolderIsRefused(page) {
  await page.locator("#sign-other").click();
  await page.locator("#sign-result[data-state=refused]").waitFor();
  assert.equal(await page.locator("#sign-result .code").textContent(), "not_allowed");
  assert.equal(await page.locator("#signed-url").count(), 0);
  return "not_allowed";
}

/** Has a link signed that ends in a few seconds, puts it in the photo's place, and waits for its end. */
async function expiryIsShown(open, pageUrl, data) {
  const page = await open();
  const headers = { authorization: `Bearer ${data.sign.bearer}` };
  const answer = await page.request.post(data.sign.url, { headers, data: { path: data.sign.body.path, expires_in: "4s", stable: false } });
  assert.equal(answer.status(), 200, `a link of 4 s was not signed: ${(await answer.text()).slice(0, 300)}`);
  const { url, expires_at } = await answer.json();
  await page.route("**/_demo/data.json", async (route) => {
    const response = await route.fetch();
    const json = await response.json();
    Object.assign(json.links.find(({ kind }) => kind === "photo"), { url, expires_at });
    await route.fulfill({ response, json });
  });
  await openReady(page, pageUrl);
  const code = page.locator("#after .code");
  await code.waitFor();
  assert.equal(await code.textContent(), "expired");
  assert.equal(await page.locator("#countdown").textContent(), "0:00");
  assert.deepEqual(page.complaints, []);
  return "expired";
}

async function phoneIsNarrow(open, pageUrl) {
  const page = await open({ viewport: { width: 380, height: 760 }, hasTouch: true, isMobile: true, colorScheme: "dark" });
  await openReady(page, pageUrl);
  await page.locator("#sign-other").click();
  await page.locator("#sign-result[data-state=refused]").waitFor();
  const { content, view } = await page.evaluate(() => ({ content: document.documentElement.scrollWidth, view: innerWidth }));
  assert.ok(view <= 380 && content <= view, `${content} px of content in ${view} px`);
  return `${content} px`;
}

async function keepsStill(page) {
  const shift = await page.evaluate(() => window.layoutShift);
  assert.ok(shift < 0.02, `cumulative layout shift ${shift}`);
  return shift.toFixed(4);
}

export async function all({ check, pageUrl, screenshot, open }) {
  const page = await open();
  let data;
  await check("the page opens and has asked for every link", async () => {
    const [answer] = await Promise.all([page.waitForResponse("**/_demo/data.json"), openReady(page, pageUrl)]);
    data = await answer.json();
    const refused = data.links.filter(({ kind }) => kind === "refused").length;
    assert.ok(refused >= LEAST_REFUSED, `only ${refused} refused links`);
    return `${data.links.length} links`;
  });
  if (!data) return; // nothing else can be told
  await check("the photo has its size", () => photoHasItsSize(page));
  await check("nothing moves while the page loads", () => keepsStill(page));
  await check("the countdown runs", () => countdownRuns(page));
  await check("the film plays", () => filmPlays(page));
  await check("the film seeks to near its end", () => filmSeeks(page));
  for (const link of data.links.filter(({ kind }) => kind !== "photo" && kind !== "film")) {
    await check(`${link.name} answers as expected`, () => linkAnswers(page, link));
  }
  await check("the form signs a link that opens", () => formSigns(page, data));
  if (screenshot) await page.screenshot({ path: screenshot, fullPage: true });
  await check("another user's folder is refused", () => otherFolderIsRefused(page));
  await check("no error and no CSP violation on the page", () => assert.deepEqual(page.complaints, []));
  // Each on a page of its own, so side by side: most of their time is waiting for an end.
  await Promise.all([
    collections({ check, pageUrl, open, data }),
    apiPage({ check, open, data }),
    inspectPage({ check, open, pageUrl, data }),
    check("at its end the photo's link is refused", () => expiryIsShown(open, pageUrl, data)),
    check("380 px are wide enough", () => phoneIsNarrow(open, pageUrl)),
  ]);
}
