// What the results come to: which tests apply, and whether each of them passed.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const here = import.meta.dirname;
const suite = join(here, "node_modules/http-cache-tests/tests");

/** Prints a line a group and what is wrong; whether anything is. */
export async function judge(results) {
  const groups = await all();
  const reasons = leftOut();
  const faults = [];
  const ids = new Set(groups.flatMap((group) => group.tests.map((test) => test.id)));
  for (const id of reasons.keys()) {
    if (!ids.has(id)) faults.push(`${id} is left out, and there is no such test`);
  }
  const total = { tests: 0, apply: 0, passed: 0, outside: 0 };
  for (const group of groups) {
    const tests = group.tests.filter((test) => test.browser_only !== true);
    const count = { tests: tests.length, apply: 0, passed: 0, outside: 0 };
    for (const { id, kind = "required" } of tests) {
      const result = results[id];
      const passed = result === true;
      if (reasons.has(id)) {
        count.outside += passed;
        continue;
      }
      count.apply += 1;
      count.passed += passed;
      if (!passed) faults.push(`${group.id}: ${id} (${kind}): ${result?.join(": ") ?? "no result"}`);
    }
    for (const name of Object.keys(total)) total[name] += count[name];
    console.log(line(group.id, count));
  }
  console.log(line("all", total));
  for (const fault of faults) console.error(`FAILED ${fault}`);
  return faults.length > 0;
}

const line = (name, { tests, apply, passed, outside }) =>
  `${name.padEnd(18)} ${passed} of ${apply} passed; ${tests - apply} left out, of which ${outside} pass`;

// As the suite's own client takes them.
async function all() {
  const { default: groups } = await import(join(suite, "index.mjs"));
  const { default: surrogate } = await import(join(suite, "surrogate-control.mjs"));
  return [...groups, surrogate];
}

/** The reason by a test's id. */
function leftOut() {
  const text = readFileSync(join(here, "left_out.json"), "utf8");
  const entries = JSON.parse(text).flatMap(({ reason, tests }) => tests.map((id) => [id, reason]));
  const reasons = new Map(entries);
  if (reasons.size !== entries.length) throw new Error("left_out.json names a test twice");
  return reasons;
}
