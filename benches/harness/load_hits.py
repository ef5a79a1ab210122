"""Hits over HTTP/1.1 keep-alive connections, as fast as a server gives them."""

from dataclasses import dataclass
from typing import Callable

from . import objects, peers, plan, rounds, table


@dataclass
class Hits:
    """Distinct signed URLs of the same objects. `even`: all answers have the objects' size."""

    name: str
    size: int
    count: int
    connections: int
    urls: int = 2_000
    plan: Callable = plan.hits
    even: bool = True
    delivery_tables: str = ""
    peers: tuple = peers.HITS

    @property
    def title(self):
        what = {plan.hits: "hits", plan.seeks: "seeks in objects", plan.with_invalid: "hits, each tenth URL forged"}
        return (f"{objects.told(self.size)} {what[self.plan]}: {self.count} objects, {self.urls} URLs, "
                f"{self.connections} connections")

    def start(self, place, wanted):
        """The peers, with all objects in memory, and their plans."""
        paths = objects.make(place.root, self.name, self.count, self.size)
        place.delivery_tables = self.delivery_tables
        servers = [peer(place) for peer in self.peers if peer.name in wanted and self.suits(peer)]
        plans = {}
        for server in servers:
            plans[server.name] = server.write("plan", self.plan(server.sign, place.root, paths, self.size, self.urls))
            warm = server.write("warm", plan.hits(server.sign, place.root, paths, self.size, self.count))
            rounds.ask(place, server, warm, "--once", "--connections", 1, "--whole-every", 1)
        return servers, plans

    def suits(self, peer):
        """Whether the peer can do what is asked."""
        return self.plan is not plan.with_invalid or peer.checks

    def options(self, given):
        """Of bench-load."""
        whole_every = 256 if self.size < objects.MIB else 64
        options = ["--connections", self.connections, "--seconds", given.seconds, "--whole-every", whole_every]
        return [*options, "--copy"] if given.copy else options

    def run(self, place, wanted, given):
        servers, plans = self.start(place, wanted)
        ask = lambda peer: rounds.ask(place, peer, plans[peer.name], *self.options(given))
        return table.result(self, self.size if self.even else None, rounds.play(servers, given.rounds, ask))
