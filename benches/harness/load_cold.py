"""Misses: each object once, from the same S3 stand-in, which runs on the load's core."""

from dataclasses import dataclass

from . import objects, peers, plan, rounds, table
from .processes import LOAD_CORE, Server

OBJECTS = 3_000


@dataclass
class Cold:
    """`connections` 1: what one reader waits for, and for the first byte."""

    name: str
    size: int
    connections: int
    peers: tuple = (peers.CountersignS3, peers.NginxCache)

    @property
    def title(self):
        return f"{objects.told(self.size)} cold from S3, {self.connections} connections"

    def run(self, place, wanted, given):
        front = Server("s3-front", [place.program("s3-front"), "--workers", 1, "--objects", f"cold/*={self.size}"],
                       place.top, core=LOAD_CORE)
        place.store = front.told("ready s3=").split("s3=")[1].split()[0]
        servers = [peer(place) for peer in self.peers if peer.name in wanted]
        plans, ahead = {}, {}
        for server in servers:
            plans[server.name] = server.write("plan", plan.made(server.sign, "cold", 0, OBJECTS, self.size))
            ahead[server.name] = 0
        options = ["--connections", self.connections, "--seconds", given.seconds, "--warmup", 0.1, "--sleeps", "--whole-every", 16]

        def ask(peer):
            told = rounds.ask(place, peer, plans[peer.name], *options, "--from", ahead[peer.name])
            # Objects that were asked for twice would be hits.
            if told["next"] < ahead[peer.name]:
                raise rounds.Failed(f"{OBJECTS} objects are too few for so many rounds")
            ahead[peer.name] = told["next"]
            return told

        of = "first_byte_p50_us" if self.connections == 1 else None
        return table.result(self, None, rounds.play(servers, given.rounds, ask), of=of)
