"""The loads, by name."""

import time
from dataclasses import dataclass

from . import objects, peers, plan, rounds
from .objects import KIB, MIB

# A year ahead: no URL of a run ends while it lasts.
FAR_SECS = 365 * 86_400


@dataclass
class Hits:
    """Hits over keep-alive connections: distinct signed URLs of the same objects."""

    name: str
    size: int
    count: int
    connections: int
    urls: int = 2_000
    peers: tuple = peers.HITS

    @property
    def title(self):
        size = f"{self.size // MIB} MiB" if self.size >= MIB else f"{self.size // KIB} KiB"
        return f"{size} hits, {self.count} objects, {self.urls} URLs, {self.connections} connections"

    def run(self, place, wanted, given):
        paths = objects.make(place.root, self.name, self.count, self.size)
        servers = [peer(place) for peer in self.peers if peer.name in wanted]
        first_exp = int(time.time()) + FAR_SECS
        plans = {}
        for server in servers:
            text = plan.hits(server.sign, place.root, paths, self.size, self.urls, first_exp)
            plans[server.name] = server.write("plan", text)
            # Whatever is brought once is brought before anything is measured.
            warm = plan.hits(server.sign, place.root, paths, self.size, self.count, first_exp)
            rounds.ask(place, server, server.write("warm", warm), "--once", "--connections", 1, "--whole-every", 1)
        whole_every = 256 if self.size < MIB else 64
        options = ["--connections", self.connections, "--seconds", given.seconds, "--whole-every", whole_every]
        if given.copy:
            options.append("--copy")
        return rounds.play(place, servers, plans, given.rounds, options)


ALL = [
    Hits("4k", 4 * KIB, 64, 64),
    Hits("64k", 64 * KIB, 64, 64),
    Hits("1m", MIB, 32, 32),
    Hits("64m", 64 * MIB, 2, 8),
]


def peer_names():
    """Of all loads, each once."""
    return list(dict.fromkeys(peer.name for load in ALL for peer in load.peers))
