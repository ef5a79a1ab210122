// What opens as a whole by one grant: the HLS stream (hls.js, else the browser's own player) and the
// gallery. Loaded before app.js, whose helpers it uses once the page runs.
"use strict";

// A short buffer, so that an end of the grant is met while the stream still plays.
const HLS_SETTINGS = { enableWorker: false, maxBufferLength: 2, maxMaxBufferLength: 3, backBufferLength: 0 };
// `?native` tries the player that the browser has itself, where it has one.
const usesHlsJs = () => Hls.isSupported() && !new URLSearchParams(location.search).has("native");

let hls; // the player at work
let streamAsked = 0; // the latest wish for the stream: what answers an earlier one is dropped

/** Asks the demo's backend for a grant, as an app would ask its own. */
async function askBackend(what, by, secs) {
  const response = await fetch(`${data.open}?what=${what}&by=${by}&secs=${secs}`, { method: "POST", credentials: "same-origin", cache: "no-store" });
  if (!response.ok) throw new Error(`the demo's backend answers ${response.status}`);
  return response.json();
}

// ---- The stream ----

/** Why a request of the player was refused: the same URL is asked for once more, and its answer read. */
async function showStreamRefusal(url, by) {
  const mine = streamAsked;
  if ($("stream-card").dataset.state === "refused") return;
  $("stream-card").dataset.state = "refused";
  const answer = await ask({ url, credentials: by === "cookie" ? "same-origin" : "omit" });
  if (mine !== streamAsked) return;
  const renew = el("button", { type: "button", className: "again", textContent: "Renew and go on" });
  renew.addEventListener("click", () => renewStream(by));
  $("stream-reason").replaceChildren(
    verdict(answer.status, answer.code, el("strong", { className: "title" }, answer.title ?? "No reason given")),
    el("p", { className: "detail" }, answer.detail ?? ""), renew);
}

function showStreamRequest(address) {
  $("stream-last").replaceChildren(shortUrl(address));
  $("stream-card").dataset.loaded = String(Number($("stream-card").dataset.loaded ?? 0) + 1);
}

function playByHlsJs(video, url, by, from) {
  hls = new Hls({ ...HLS_SETTINGS, startPosition: from });
  hls.on(Hls.Events.FRAG_LOADED, (_, { frag }) => showStreamRequest(frag.url));
  hls.on(Hls.Events.ERROR, (_, problem) => {
    const status = problem.response?.code ?? 0;
    const refusedUrl = problem.frag?.url ?? problem.url ?? problem.context?.url ?? url;
    if (status >= 400 && status < 500) showStreamRefusal(refusedUrl, by);
    else if (problem.fatal) showStreamRefusal(url, by);
  });
  hls.loadSource(url);
  hls.attachMedia(video);
}

function playNatively(video, url, by, from) {
  video.onerror = () => showStreamRefusal(url, by);
  video.onloadedmetadata = () => { if (from > 0) video.currentTime = from; };
  video.src = url;
  showStreamRequest(url);
}

/** Has the stream opened anew in the way that the form says, and played where that was asked for. */
async function openStream(isToPlay, { secs, from = 0 } = {}) {
  const mine = ++streamAsked;
  const form = new FormData($("stream-form"));
  const by = form.get("by");
  const video = $("stream");
  $("stream-reason").replaceChildren(el("p", { className: "hint" }, "When a request is refused, the reason appears here."));
  try {
    const grant = await askBackend("stream", by, secs ?? form.get("secs"));
    if (mine !== streamAsked) return;
    hls?.destroy();
    hls = undefined;
    Object.assign($("stream-card").dataset, { state: "open", by, loaded: "0" });
    // A cookie belongs to the host by which this page was opened.
    const url = by === "cookie" ? new URL(grant.path, location.href).href : grant.url;
    $("stream-link").replaceChildren(...linkBlock(url, "the stream"));
    (usesHlsJs() ? playByHlsJs : playNatively)(video, url, by, from);
    if (isToPlay) await video.play();
  } catch (error) {
    // A play() that a newer wish has ended is no fault; neither is a browser that wants a click first.
    if (mine === streamAsked && !(error instanceof DOMException)) {
      $("stream-reason").replaceChildren(el("p", { className: "detail" }, `Could not be opened: ${error.message}`));
    }
  }
}

/** A new cookie lets the player go on where it is; a new path token is a new source, which starts there. */
async function renewStream(by) {
  const video = $("stream");
  if (by !== "cookie" || !hls) {
    await openStream(true, { secs: 3600, from: video.currentTime });
    return;
  }
  const mine = streamAsked;
  await askBackend("stream", by, 3600).catch(() => {});
  if (mine !== streamAsked) return;
  $("stream-card").dataset.state = "open";
  $("stream-reason").replaceChildren(el("p", { className: "hint" }, "A new cookie, and the same URLs."));
  hls.startLoad(video.currentTime);
  await video.play().catch(() => {});
}

// ---- The gallery ----

const galleryStatus = (...children) => $("gallery-status").replaceChildren(...children);

async function openGallery() {
  $("open-gallery").disabled = true;
  $("gallery").replaceChildren();
  try {
    const { cookie } = await askBackend("gallery", "cookie", 3600);
    let shown = 0;
    let failed = 0;
    const count = (isShown) => {
      if (isShown) shown += 1;
      else failed += 1;
      galleryStatus(`${shown} of ${data.gallery.length} pictures by one cookie, `, el("code", {}, cookie),
        failed ? `; ${failed} could not be shown.` : ". No URL of theirs has a token.");
    };
    $("gallery").replaceChildren(...data.gallery.map((path, index) => el("img", {
      onload: () => count(true), onerror: () => count(false), src: path, width: 128, height: 72, alt: `Picture ${index + 1}`,
    })));
  } catch (error) {
    galleryStatus(`Could not be opened: ${error.message}`);
  } finally {
    $("open-gallery").disabled = false;
  }
}

/** Takes the cookie away, and asks for the first picture without it. */
async function closeGallery() {
  await askBackend("gallery", "cookie", 0).catch(() => {});
  $("gallery").replaceChildren();
  const answer = await ask({ url: data.gallery[0], credentials: "same-origin" });
  galleryStatus(verdict(answer.status, answer.code, el("strong", {}, answer.title ?? "Still let through")));
}

function showCollections() {
  const isHere = data.gallery.length > 0;
  $("stream-section").hidden = !isHere;
  $("gallery-section").hidden = !isHere;
  if (isHere) openStream(false);
}

document.addEventListener("DOMContentLoaded", () => {
  $("stream-form").addEventListener("submit", (event) => { event.preventDefault(); openStream(true); });
  $("open-gallery").addEventListener("click", openGallery);
  $("close-gallery").addEventListener("click", closeGallery);
});
