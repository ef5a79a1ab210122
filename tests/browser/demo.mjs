// Drives the page of `countersign demo` in headless Chromium.
//
//     node tests/browser/demo.mjs PAGE_URL [--screenshot FILE]

import { drive, giveUp } from "./browser.mjs";
import * as checks from "./checks.mjs";

function readArguments([pageUrl, ...rest]) {
  if (!pageUrl || !URL.canParse(pageUrl) || (rest.length > 0 && (rest[0] !== "--screenshot" || rest.length !== 2))) {
    giveUp("usage: node tests/browser/demo.mjs PAGE_URL [--screenshot FILE]");
  }
  return { pageUrl, screenshot: rest[1] };
}

const { pageUrl, screenshot } = readArguments(process.argv.slice(2));
await drive(({ check, open }) => checks.all({ check, pageUrl, screenshot, open }));
