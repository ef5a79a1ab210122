"""What is measured: built, installed, and told by its version."""

import os
import platform
import shutil
import subprocess
import sys

from .place import REPOSITORY
from .processes import Failed

PACKAGES = ("countersign", "bench-load", "bench-ceiling", "s3-front")
# A peer's program, and the Debian package that has it.
NEEDS = {
    "nginx-sendfile": ("nginx", "nginx-light"),
    "nginx-buffers": ("nginx", "nginx-light"),
    "nginx-cache": ("nginx", "nginx-light"),
    "varnish": ("varnishd", "varnish"),
}


def programs(target):
    """All in one command, so that they share what they are built from."""
    command = ["cargo", "build", "--release", "--quiet"]
    for package in PACKAGES:
        command += ["-p", package]
    if subprocess.run(command, cwd=REPOSITORY, env={**os.environ, "CARGO_TARGET_DIR": target}).returncode != 0:
        raise Failed("the programs were not built")


def peers(wanted, may_install):
    """Those of the wanted peers that are here, or could be installed."""
    missing = {package for name, (program, package) in NEEDS.items() if name in wanted and not shutil.which(program)}
    if missing and may_install:
        sudo = [] if os.geteuid() == 0 else ["sudo"]
        quiet = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "stdout": subprocess.DEVNULL}
        subprocess.run([*sudo, "apt-get", "update", "-qq"], **quiet)
        subprocess.run([*sudo, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *sorted(missing)], **quiet)
    here = []
    for name in wanted:
        program, package = NEEDS.get(name, (None, None))
        if program and not shutil.which(program):
            print(f"left out: {name}; it needs the package {package}", file=sys.stderr)
        else:
            here.append(name)
    return here


def _first_line(command):
    if not shutil.which(command[0]):
        return None
    done = subprocess.run(command, capture_output=True, text=True)
    return (done.stderr or done.stdout).strip().splitlines()[0]


def machine():
    """What figures depend on."""
    model = "unknown"
    with open("/proc/cpuinfo") as lines:
        for text in lines:
            if text.startswith("model name"):
                model = text.split(":", 1)[1].strip()
                break
    revision = _first_line(["git", "-C", str(REPOSITORY), "rev-parse", "--short", "HEAD"])
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "revision": revision,
        "nginx": _first_line(["nginx", "-v"]),
        "varnish": _first_line(["varnishd", "-V"]),
        "rustc": _first_line(["rustc", "-V"]),
    }


def machine_text():
    return "\n".join(f"{name}: {value}" for name, value in machine().items() if value)
