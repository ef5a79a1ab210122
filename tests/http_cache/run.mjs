// Runs the HTTP cache suite against Countersign: run.mjs PROGRAM [TEST-ID]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Exchange } from "./exchange.mjs";
import { judge } from "./judge.mjs";
import { runSuite, startOrigin, startSuite } from "./parts.mjs";
import { startSigner } from "./signer.mjs";
import { startStore } from "./store.mjs";

const [program, id] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "http-cache-"));
const ends = [];
// Nothing of it takes longer: the suite waits 3 s here and there.
const limit = setTimeout(() => leave("no end within 5 minutes"), 300_000);
let failed = true;
try {
  const suite = await startSuite(folder);
  ends.push(suite.end);
  const exchange = new Exchange();
  const store = await startStore(exchange, suite.port);
  const origin = await startOrigin(program, folder, store.address().port);
  ends.push(origin.end);
  const signer = await startSigner(exchange, suite.port, origin.port);
  const results = await runSuite(`http://127.0.0.1:${signer.address().port}`, id);
  if (id) console.log(results);
  else failed = await judge(results);
} catch (error) {
  console.error(error);
}
leave();

function leave(why) {
  clearTimeout(limit);
  for (const end of ends) end();
  rmSync(folder, { recursive: true, force: true });
  if (why) console.error(why);
  process.exit(failed && !id ? 1 : 0);
}
