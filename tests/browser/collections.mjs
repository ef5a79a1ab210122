// The checks of what opens as a whole by one grant: the HLS stream, both ways, and the gallery.

import assert from "node:assert/strict";

const STREAM_SECONDS = 12; // src/demo/media/stream/
const PICTURES = 200; // src/demo/media/gallery.mjpeg

/** Opens the page, with every address that it asks for kept in `page.asked`. */
async function openAsked(open, address, options) {
  const page = await open(options);
  page.asked = [];
  page.on("request", (request) => page.asked.push(new URL(request.url())));
  await page.goto(address);
  await page.locator("body[data-ready=yes]").waitFor();
  return page;
}

async function choose(page, by, secs) {
  await page.locator(`#stream-form input[value=${by}]`).check();
  await page.locator("#stream-secs").selectOption(String(secs));
  page.asked.length = 0;
  await page.locator("#stream-play").click();
}

const playsBeyond = (page, seconds) => page.waitForFunction((s) => document.querySelector("#stream").currentTime > s, seconds);

async function seeks(page, to) {
  const seen = await page.locator("#stream").evaluate((video, time) => new Promise((done, failed) => {
    video.pause();
    video.onseeked = () => done({ time: video.currentTime, length: video.duration, width: video.videoWidth });
    setTimeout(() => failed(new Error("no seek within 5 s")), 5_000);
    video.currentTime = time;
  }), to);
  assert.ok(Math.abs(seen.length - STREAM_SECONDS) < 0.2, `the stream is ${seen.length} s long`);
  assert.ok(Math.abs(seen.time - to) < 0.5, `the seek ended at ${seen.time} s`);
  assert.ok([320, 640].includes(seen.width), `${seen.width} px wide`);
}

const ofStream = (page) => page.asked.filter(({ pathname }) => /\/stream\/.*\.(m3u8|m4s|mp4)$/.test(pathname));

async function streamPlays(page, by) {
  await choose(page, by, 3600);
  await page.locator(`#stream-card[data-by=${by}][data-state=open]`).waitFor();
  await playsBeyond(page, 0.6);
  await seeks(page, 9);
  await page.waitForFunction(() => document.querySelector("#stream").readyState >= 2);
  const asked = ofStream(page);
  assert.ok(asked.some(({ pathname }) => pathname.endsWith("/4.m4s")), "the seek fetched no later segment");
  for (const { pathname, search } of asked) {
    assert.equal(pathname.startsWith("/cs="), by === "path", pathname);
    assert.equal(search, "");
  }
  return `${asked.length} requests, ${new Set(asked.map(String)).size} URLs`;
}

/** Plays under a grant of 5 s to its end, reads the reason, renews, and plays on. */
async function expiryIsShownAndRenewed(open, pageUrl, by) {
  const page = await openAsked(open, pageUrl);
  await choose(page, by, 5);
  const card = page.locator("#stream-card[data-state=refused]");
  await card.waitFor({ timeout: 12_000 });
  const code = page.locator("#stream-reason .code");
  await code.waitFor();
  assert.equal(await code.textContent(), "expired");
  assert.equal(await page.locator("#stream-reason .status").textContent(), "403");
  const at = await page.locator("#stream").evaluate((video) => video.currentTime);
  assert.ok(at > 1, `refused at ${at} s already`);
  await page.locator("#stream-reason .again").click();
  await page.locator("#stream-card[data-state=open]").waitFor();
  await playsBeyond(page, at + 1);
  assert.deepEqual(page.complaints, []);
  return `at ${at.toFixed(1)} s, then renewed`;
}

async function playsNatively(open, pageUrl) {
  const page = await openAsked(open, `${pageUrl}?native`);
  const can = await page.locator("#stream").evaluate((video) => video.canPlayType("application/vnd.apple.mpegurl"));
  if (!can) return "skipped: this Chromium has no HLS player of its own";
  await choose(page, "path", 3600);
  await playsBeyond(page, 0.6);
  await seeks(page, 9);
  await choose(page, "cookie", 3600);
  await page.locator("#stream-card[data-by=cookie]").waitFor();
  await playsBeyond(page, 0.6);
  return `canPlayType says ${can}`;
}

async function galleryOpensByOneCookie(open, pageUrl, data) {
  const page = await openAsked(open, pageUrl);
  const bare = await page.evaluate((path) => fetch(path).then((answer) => answer.status), data.gallery[0]);
  assert.equal(bare, 401, "without the cookie");
  page.asked.length = 0;
  await page.locator("#open-gallery").click();
  await page.waitForFunction((count) => [...document.querySelectorAll("#gallery img")].filter((image) => image.naturalWidth === 128).length === count, PICTURES);
  const pictures = page.asked.filter(({ pathname }) => pathname.endsWith(".jpg"));
  assert.equal(new Set(pictures.map(({ pathname }) => pathname)).size, PICTURES);
  assert.ok(pictures.every(({ pathname, search }) => search === "" && !pathname.startsWith("/cs=")), "a URL has a token");
  const cookies = (await page.context().cookies(new URL(data.gallery[0], pageUrl).href)).filter(({ name }) => name.startsWith("cs"));
  assert.deepEqual(cookies.map(({ name, httpOnly, sameSite, path }) => [name, httpOnly, sameSite, path]),
    [["cs-gallery", true, "Lax", data.gallery[0].replace(/[^/]*$/, "")]]);
  assert.match(await page.locator("#gallery-status").innerText(), /200 of 200/);
  await page.locator("#close-gallery").click();
  await page.locator("#gallery-status .code").waitFor();
  assert.equal(await page.locator("#gallery-status .code").textContent(), "missing");
  assert.deepEqual(page.complaints, []);
  return `${PICTURES} pictures, 1 cookie; without it 401 missing`;
}

async function bothWaysOnOnePage(check, open, pageUrl) {
  const page = await openAsked(open, pageUrl);
  await check("the stream plays and seeks by the token in its path", () => streamPlays(page, "path"));
  await check("the stream plays and seeks by a cookie", () => streamPlays(page, "cookie"));
  await check("no error of the streams on the page", () => assert.deepEqual(page.complaints, []));
}

export async function collections({ check, pageUrl, open, data }) {
  await Promise.all([
    bothWaysOnOnePage(check, open, pageUrl),
    check("the stream's path token runs out with its reason", () => expiryIsShownAndRenewed(open, pageUrl, "path")),
    check("the stream's cookie runs out with its reason", () => expiryIsShownAndRenewed(open, pageUrl, "cookie")),
    check("the gallery opens by one cookie", () => galleryOpensByOneCookie(open, pageUrl, data)),
    check("the browser's own HLS player plays the stream", () => playsNatively(open, pageUrl)),
  ]);
}
