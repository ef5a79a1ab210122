"""Processes that are started here, each on a core, and ended by their ids whatever happens."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

SERVER_CORE, LOAD_CORE = 0, 1

_running = []


class Failed(Exception):
    """What a run cannot go on without."""


class Server:
    """A server on one core, with all that it starts."""

    def __init__(self, name, command, folder, core=SERVER_CORE, environment=None, files=65536):
        self.name = name
        self.out = Path(folder) / f"{name}.out"
        self.err = Path(folder) / f"{name}.err"
        # Appending, so that the log can be emptied while it is written.
        with open(self.out, "ab") as out, open(self.err, "ab") as err:
            self.process = subprocess.Popen(
                [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                cwd=folder, env={**os.environ, **(environment or {})}, start_new_session=True,
                preexec_fn=lambda: _prepare(core, files))
        _running.append(self)

    def pids(self):
        """Its own process and those below it."""
        found, ahead = [], [self.process.pid]
        while ahead:
            pid = ahead.pop()
            found.append(pid)
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                ahead += [int(child) for child in task.read_text().split()]
        return found

    def told(self, part, seconds=20):
        """The line of its output that has this part."""
        def look():
            lines = (self.out.read_text(errors="replace") + self.err.read_text(errors="replace")).splitlines()
            return next((line for line in lines if part in line), None)
        return self._until(look, f"no {part!r}", seconds)

    def listens(self, port, seconds=20):
        """Waits until it accepts."""
        def look():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0
        self._until(look, f"nothing at port {port}", seconds)
        return self

    def _until(self, look, what, seconds):
        latest = time.monotonic() + seconds
        while time.monotonic() < latest:
            found = look()
            if found:
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise Failed(f"{self.name}: {what}\n{self.err.read_text(errors='replace')[-2000:]}")

    def stop(self):
        if self in _running:
            _running.remove(self)
        pids = self.pids()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for pid in pids[1:]:
            _end(pid)


def _prepare(core, files):
    import resource
    os.sched_setaffinity(0, {core})
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = files if most == resource.RLIM_INFINITY else min(files, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _end(pid):
    """Ends what a server left behind; it was ours by descent."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def run_on(core, command):
    """A command on a core, to its end; its output."""
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, preexec_fn=lambda: _prepare(core, 65536))
    try:
        out, err = process.communicate(timeout=1_800)
    except BaseException:
        process.kill()
        process.wait()
        raise
    if process.returncode != 0:
        raise Failed(f"{' '.join(str(part) for part in command[:8])} …: {err.strip()[-2000:]}")
    return out


def stop_all():
    for server in list(_running):
        server.stop()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
