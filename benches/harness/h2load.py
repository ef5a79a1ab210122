"""h2load (nghttp2) as the load of HTTP/2 and of TLS. It copies and checks no bytes, only statuses."""

import re
import resource
import time
from pathlib import Path

from .processes import LOAD_CORE, Failed, run_on


def ask(place, peer, plan, size, seconds, connections, streams):
    """One run; what bench-load would tell, as far as h2load knows it. `streams` 0: HTTP/1.1."""
    log = peer.folder / "h2load.log"
    log.unlink(missing_ok=True)
    targets = [line.split("\t")[0] for line in Path(plan).read_text().splitlines()]
    urls = peer.write("urls", "".join(f"https://bench.test:{peer.port}{target}\n" for target in targets))
    command = ["h2load", "-t", 1, "-c", connections, "-D", f"{int(seconds * 1000)}ms", "--warm-up-time", "200ms", "-i", urls,
               "--connect-to", f"127.0.0.1:{peer.port}", "--log-file", log]
    # Its own windows are wide open, so that no server waits for it.
    command += ["-m", streams, "-w", 28, "-W", 30] if streams else ["--h1"]
    pids = peer.server.pids()
    ran, own, started = _ran(pids), _own_seconds(), time.monotonic()
    out = run_on(LOAD_CORE, command)
    wall = time.monotonic() - started
    used, own = _ran(pids) - ran, _own_seconds() - own
    found = re.search(r"requests: \d+ total, \d+ started, (\d+) done, (\d+) succeeded, (\d+) failed", out)
    speed = re.search(r"finished in [^,]*, ([0-9.]+) req/s", out)
    if not found or not speed or int(found[3]) or int(found[1]) != int(found[2]) or not int(found[2]):
        raise Failed(f"{peer.title}: h2load: {out.strip()[-1500:]}")
    rows = [line.split("\t") for line in log.read_text().splitlines()]
    taken = sorted(int(row[2]) for row in rows)
    quantile = lambda part: taken[min(int(len(taken) * part), len(taken) - 1)] if taken else 0
    rate = float(speed[1])
    return {
        "requests": rate * seconds, "body_bytes": rate * seconds * size, "seconds": seconds,
        "p50_us": quantile(0.5), "p99_us": quantile(0.99), "first_byte_p50_us": 0, "first_byte_p99_us": 0,
        # Measured over the warm-up too, of which the same part of the time is taken off.
        "server_cpu_seconds": used * seconds / wall,
        "server_resident_bytes": sum(_resident(pid) for pid in pids),
        "load_busy": own / wall, "compared_whole": 0, "wrong": 0, "reconnects": 0,
    }


def _ran(pids):
    total = 0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            total += int(task.read_text().split()[0])
    return total / 1e9


def _own_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _resident(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0
