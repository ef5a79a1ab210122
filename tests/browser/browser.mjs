// What the browser tests share: Chromium, pages that remember what went wrong, and the tally.
//
// Prints one line a check and `N passed, N failed` last. Exit code: 0, 1 when a check failed,
// 2 when the test could not be run. CHROMIUM names the browser, where it is not in a usual place.

import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const USUAL_PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const WHOLE_TEST_MS = 180_000;
const ONE_STEP_MS = 8_000;

export function giveUp(message) {
  console.error(message);
  process.exit(2);
}

async function loadPlaywright() {
  try {
    return (await import("playwright-core")).chromium;
  } catch {
    return giveUp("playwright-core is not installed: run `npm ci` in tests/browser.");
  }
}

function findChromium() {
  const named = process.env.CHROMIUM;
  const found = named ? [named].find(existsSync) : USUAL_PLACES.find(existsSync);
  return found ?? giveUp(`Chromium is missing (looked for ${named ?? USUAL_PLACES.join(", ")}): install it, or set CHROMIUM to its path.`);
}

/** A page that remembers what went wrong on it: errors of scripts, console errors, CSP violations. */
async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(ONE_STEP_MS);
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(`script: ${error.message}`));
  page.on("console", (message) => {
    const refused = /^Failed to load resource: the server responded with a status of 4\d\d/.test(message.text());
    if (message.type() === "error" && !refused) page.complaints.push(`console: ${message.text()}`);
  });
  await page.exposeFunction("complainOfCsp", (text) => page.complaints.push(`CSP: ${text}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (e) => window.complainOfCsp(`${e.violatedDirective} ${e.blockedURI}`));
    window.layoutShift = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((shift) => { if (!shift.hadRecentInput) window.layoutShift += shift.value; }))
      .observe({ type: "layout-shift", buffered: true });
  });
  return page;
}

/** Runs `body({ check, open })` in a browser, then ends the process. */
export async function drive(body) {
  const chromium = await loadPlaywright();
  const browser = await chromium.launch({ executablePath: findChromium(), headless: true, args: FLAGS, timeout: 20_000 })
    .catch((error) => giveUp(`Chromium did not start: ${error.message.split("\n")[0]}`));
  const tally = { passed: 0, failed: 0 };
  const check = async (name, body) => {
    try {
      const seen = await body();
      tally.passed += 1;
      console.log(`ok    ${name}${seen ? ` (${seen})` : ""}`);
    } catch (error) {
      tally.failed += 1;
      console.log(`FAIL  ${name}: ${error.message.split("\n").slice(0, 6).join(" ")}`);
    }
  };
  const tooLong = sleep(WHOLE_TEST_MS, undefined, { ref: false }).then(() => { throw new Error(`not done after ${WHOLE_TEST_MS / 1000} s`); });
  try {
    await Promise.race([body({ check, open: (options) => openPage(browser, options) }), tooLong]);
  } catch (error) {
    console.log(`FAIL  the test itself: ${error.message.split("\n")[0]}`);
    tally.failed += 1;
  }
  await Promise.race([browser.close(), sleep(3_000, undefined, { ref: false })]);
  console.log(`${tally.passed} passed, ${tally.failed} failed`);
  process.exit(tally.failed > 0 ? 1 : 0);
}
