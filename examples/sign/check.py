#!/usr/bin/env python3
"""check.py FILE

Runs sign.sh, sign.mjs and sign.py on those sign vectors of FILE that they are
for: HS256, an exact path, nothing but exp.
"""
import concurrent.futures
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
COMMANDS = (["bash", "sign.sh"], ["node", "sign.mjs"], [sys.executable, "sign.py"])
BARE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"


def written(path):
    return "".join(chr(b) if b in BARE else "%%%02X" % b for b in path.encode("utf-8"))


def suits(case):
    return ("text" in case and case["key"]["alg"] == "HS256" and set(case["grant"]) == {"exp"}
            and "path" in case and set(case["site"]) == {"name"})


def differs(job):
    """What a script writes in place of the vector's URL; "" where it writes that."""
    case, (program, script) = job
    key, want = case["key"], written(case["path"]) + "?cs=" + case["text"]
    arguments = [key["kid"], key["secret"], case["site"]["name"], case["path"], str(case["grant"]["exp"])]
    run = subprocess.run([program, str(HERE / script), *arguments], capture_output=True)
    got = run.stdout.decode("utf-8", "replace")
    if run.returncode == 0 and got == want + "\n":
        return ""
    return f"{script}: {case['name']}\n  want {want}\n  got  {got.strip()}{run.stderr.decode()}"


def main():
    vectors = json.loads(pathlib.Path(sys.argv[1]).read_text("utf-8"))["sign"]
    jobs = [(case, command) for case in filter(suits, vectors) for command in COMMANDS]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        failed = [told for told in pool.map(differs, jobs) if told]
    print("\n".join([*failed, f"{len(jobs) - len(failed)} passed, {len(failed)} failed"]))
    return 1 if failed or not jobs else 0


sys.exit(main())
