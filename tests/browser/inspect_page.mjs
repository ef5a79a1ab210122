// The page that inspects, served by the demo: "Inspect" beside each link tells what the server answers.

import assert from "node:assert/strict";

async function inspected(page, link) {
  const opens = page.context().waitForEvent("page");
  await link.click();
  const tab = await opens;
  await tab.locator("main[aria-busy=false]").waitFor();
  return tab;
}

export async function inspectPage({ check, open, pageUrl, data }) {
  const page = await open();
  await page.goto(pageUrl);
  await page.locator("body[data-ready=yes]").waitFor();
  const beside = (name) => page.locator(`[data-link=${JSON.stringify(name)}] a.inspect`);
  await check("the page that inspects opens from the demo, with the photo's link", async () => {
    const tab = await inspected(page, page.locator("#photo-card a.inspect"));
    const { signature, outcome } = await tab.locator("#verdict").evaluate((verdict) => ({ ...verdict.dataset }));
    assert.deepEqual([signature, outcome], ["not checked", "granted"]);
    assert.equal(await tab.locator("#site").inputValue(), data.site);
    assert.ok((await tab.locator("#told").innerText()).includes("/users/ada/photo.jpg"));
    assert.equal(new URL(tab.url()).hash, "", "the link stays in the address");
    await tab.close();
  });
  // Without the key a tampered link cannot be told from a good one.
  for (const { name, expect } of data.links.filter(({ kind, name }) => kind === "refused" && name !== "tampered")) {
    await check(`it tells the reason of ${name}`, async () => {
      const tab = await inspected(page, beside(name));
      assert.equal(await tab.locator("#verdict").getAttribute("data-reason"), expect.code);
      await tab.close();
    });
  }
  await check("it may connect to nothing, and nothing may frame it", async () => {
    const answer = await page.request.get(new URL("/_demo/inspect.html", pageUrl).href);
    assert.equal(answer.headers()["content-security-policy"], "frame-ancestors 'none'");
    const tab = await open();
    await tab.goto(new URL("/_demo/inspect.html", pageUrl).href);
    await tab.locator("body[data-ready]").waitFor();
    assert.equal(await tab.evaluate((url) => fetch(url).then(() => "fetched", () => "refused"), pageUrl), "refused");
    assert.ok(tab.complaints.some((text) => text.includes("connect-src")), tab.complaints.join("; "));
  });
  await check("no error and no CSP violation behind it", () => assert.deepEqual(page.complaints, []));
}
