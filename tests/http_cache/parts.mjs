// The programs of a run: the suite's server and client by its own npm scripts, and Countersign.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { HOST, SECRET } from "./signer.mjs";

const here = import.meta.dirname;
const suite = join(here, "node_modules/http-cache-tests");

function npm(script, settings, options) {
  const env = { ...process.env, ...settings };
  return spawn("npm", ["run", "--silent", script], { cwd: suite, env, ...options });
}

/** A child's output up to the first match of this. */
function told(child, stream, pattern) {
  return new Promise((found, failed) => {
    let text = "";
    child[stream].on("data", (chunk) => {
      text += chunk;
      const match = pattern.exec(text);
      if (match) found(match);
    });
    child.on("error", failed);
    child[stream].on("end", () => failed(new Error(`no ${pattern} in ${text}`)));
  });
}

/** Its port, and what ends it: the script leaves it behind in the background. */
export async function startSuite(folder) {
  const pidfile = join(folder, "suite.pid");
  const settings = {
    npm_config_port: "0",
    npm_config_pidfile: pidfile,
    NODE_OPTIONS: `--import=${join(here, "loopback.mjs")}`,
  };
  const child = npm("server", settings, { stdio: ["ignore", "pipe", "ignore"] });
  const [, port] = await told(child, "stdout", /Listening on http:\/\/127\.0\.0\.1:(\d+)\//);
  return { port: Number(port), end: () => process.kill(Number(readFileSync(pidfile, "utf8"))) };
}

/** All results of the suite against this base, by the tests' ids; of one test: its report. */
export async function runSuite(base, id) {
  const settings = { npm_config_base: base, ...(id && { npm_config_id: id }) };
  const child = npm("cli", settings, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  for await (const chunk of child.stdout) text += chunk;
  return id ? text : JSON.parse(text);
}

/** Countersign before this store. */
export async function startOrigin(program, folder, store) {
  const file = join(folder, "countersign.toml");
  writeFileSync(file, settings(store), { mode: 0o600 });
  const stdio = ["ignore", "ignore", "pipe"];
  const child = spawn(program, ["serve", "--config", file], { stdio });
  const [, port] = await told(child, "stderr", /ready delivery="?127\.0\.0\.1:(\d+)/);
  child.stderr.resume();
  return { port: Number(port), end: () => child.kill() };
}

const settings = (store) => `
[delivery]
listen = "127.0.0.1:0"
[ops]
listen = "127.0.0.1:0"
[log]
access = false
[cache]
fresh_for = "1h"
negative_for = "0s"
[[site]]
name = "cache"
hosts = ["${HOST}"]
[site.store]
type = "s3"
bucket = "suite"
endpoint = "http://127.0.0.1:${store}"
region = "us-east-1"
path_style = true
access_key_id = "testing"
secret_access_key = "testing"
[[site.key]]
kid = "k1"
alg = "HS256"
secret = "${SECRET}"
`;
