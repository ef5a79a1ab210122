// The page that inspects tokens, in Chromium, opened as a file, beside the command line.
//
//     node tests/edge/inspect/page.mjs COUNTERSIGN_PROGRAM
import { drive, giveUp } from '../../browser/browser.mjs';
import { reading } from './reading.mjs';
import { secrecy } from './secrecy.mjs';
import { signing } from './signing.mjs';
import { sites } from './sites.mjs';
import { tool } from './tool.mjs';

if (process.argv[2] === undefined) giveUp('usage: node tests/edge/inspect/page.mjs COUNTERSIGN_PROGRAM');
const countersign = tool(process.argv[2]);

await drive(async (browser) => {
  await Promise.all([reading, signing, secrecy, sites].map((checks) => checks({ ...browser, countersign })));
});
