#!/usr/bin/env python3
"""Writes v1.json (the vectors of the token, version 1) and refused-keys.json.

The cases are in cases/*.py. Every verdict there is written by hand from the
normative page; this script only adds signatures. `--check` compares.
Needs Python 3.9 and the package `cryptography` (40 or later).
"""
import importlib
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))

from cases import kit  # noqa: E402

TOPICS = """
    example text version escapes order signature ed25519 signed
    numbers strings lists address network geo method disposition
    paths names patterns exclusions worst
    query header pathtoken explicit cookies cookienames denials sitenames
    keys times revoked precedence policy
    signpaths sign signrefused
""".split()


def line(value):
    return json.dumps(value, ensure_ascii=True, separators=(", ", ": "))


def listing(values, indent):
    return "[\n" + ",\n".join(indent + line(v) for v in values) + "\n" + indent[:-2] + "]"


def main():
    for topic in TOPICS:
        importlib.import_module("cases." + topic)
    for cases in (kit.VERIFY, kit.SIGN):
        names = [c["name"] for c in cases]
        twice = {n for n in names if names.count(n) > 1}
        assert not twice, twice
    files = {
        "v1.json": '{\n  "verify": %s,\n  "sign": %s\n}\n'
        % (listing(kit.VERIFY, "    "), listing(kit.SIGN, "    ")),
        "refused-keys.json": listing(kit.REFUSED_KEYS, "  ") + "\n",
    }
    for name, text in files.items():
        json.loads(text)
        data = text.encode("ascii")
        if "--check" in sys.argv[1:]:
            path = HERE / name
            if not path.exists() or path.read_bytes() != data:
                sys.exit(f"{name} is not what write.py would write")
        else:
            (HERE / name).write_bytes(data)
    print(f"{len(kit.VERIFY)} verify, {len(kit.SIGN)} sign, {len(kit.REFUSED_KEYS)} refused keys")


main()
