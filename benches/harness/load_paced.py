"""Latency at a load that leaves room: 70 % of what nginx can do, for everybody."""

from dataclasses import dataclass

from . import peers, rounds, table
from .load_hits import Hits

PART = 0.7


@dataclass
class Paced(Hits):
    """Requests leave by the clock (open loop), so that a slow answer makes nobody ask less."""

    peers: tuple = (peers.Countersign, peers.Ceiling, peers.NginxSendfile, peers.NginxBuffers)

    @property
    def title(self):
        return f"{super().title}; at {PART:.0%} of nginx's own maximum"

    def run(self, place, wanted, given):
        servers, plans = self.start(place, wanted)
        closed = lambda peer: rounds.ask(place, peer, plans[peer.name], *self.options(given))
        nginx = [server for server in servers if server.name.startswith("nginx")]
        found = table.result(self, self.size, rounds.play(nginx, 3, closed))
        most = max(own["requests_per_sec"] for own in found["peers"].values())
        paced = lambda peer: rounds.ask(place, peer, plans[peer.name], *self.options(given), "--rate", PART * most)
        result = table.result(self, self.size, rounds.play(servers, given.rounds, paced), of="p99_us")
        result["title"] += f", {PART * most:.0f} requests a second"
        return result
