"""Hits over TLS: HTTP/2 as browsers speak it, and HTTP/1.1."""

import subprocess
from dataclasses import dataclass

from . import h2load, objects, peers, plan, rounds, table


@dataclass
class Tls:
    """Through h2load, which is sooner the limit than bench-load. `streams` a connection; 0: HTTP/1.1."""

    name: str
    size: int
    count: int
    connections: int
    streams: int
    urls: int = 2_000
    peers: tuple = (peers.Countersign, peers.Ceiling, peers.NginxSendfile, peers.NginxBuffers)

    @property
    def title(self):
        how = f"HTTP/2 over TLS, {self.streams} streams each" if self.streams else "HTTP/1.1 over TLS"
        return f"{objects.told(self.size)} hits, {self.connections} connections, {how}"

    def run(self, place, wanted, given):
        paths = objects.make(place.root, self.name, self.count, self.size)
        place.tls = _certificate(place)
        servers = [peer(place) for peer in self.peers if peer.name in wanted]
        plans = {server.name: server.write("plan", plan.hits(server.sign, place.root, paths, self.size, self.urls))
                 for server in servers}
        ask = lambda peer: h2load.ask(place, peer, plans[peer.name], self.size, given.seconds, self.connections, self.streams)
        # Once unmeasured: whatever is brought once is brought.
        rounds.play(servers, 1, ask)
        return table.result(self, self.size, rounds.play(servers, given.rounds, ask))


def _certificate(place):
    cert, key = place.top / "cert.pem", place.top / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "7",
                    "-subj", "/CN=bench.test", "-addext", "subjectAltName=DNS:bench.test", "-keyout", key, "-out", cert],
                   check=True, capture_output=True)
    return cert, key
