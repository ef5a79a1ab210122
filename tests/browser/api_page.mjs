// The signing API's own page (/docs): it shows every call, and a call made from it is answered.

import assert from "node:assert/strict";

const CALLS = 10;

export async function apiPage({ check, open, data }) {
  const page = await open();
  await check("/docs shows every call of the signing API", async () => {
    // A script of 1.5 MB, compiled while other pages play films.
    await page.goto(new URL("/docs", data.sign.url).href, { waitUntil: "commit" });
    await page.locator(".opblock").nth(CALLS - 1).waitFor({ timeout: 30_000 });
    assert.equal(await page.locator(".opblock").count(), CALLS);
  });
  await check("a call made from /docs is answered", async () => {
    const [, token] = data.sign.curl.match(/Bearer ([\w.-]+)/);
    await page.locator(".auth-wrapper .authorize").first().click();
    await page.locator(".modal-ux input").fill(token);
    await page.locator(".modal-ux .authorize").click();
    await page.locator(".modal-ux .close-modal").first().click();
    const call = page.locator("#operations-sign-list_keys");
    await call.locator(".opblock-summary-control").click();
    await call.locator(".execute").click();
    const status = call.locator(".live-responses-table .response-col_status").nth(1);
    await status.waitFor();
    assert.match(await status.innerText(), /^200/);
  });
  await check("/docs asks no other host, and its policy lets it work", () => assert.deepEqual(page.complaints, []));
}
