"""What connections cost that say nothing: memory, and the others' time."""

from dataclasses import dataclass

from . import figures, objects, peers, rounds
from .load_hits import Hits

IDLE = 10_000


@dataclass
class Idle:
    """Hits beside no and beside ten thousand idle keep-alive connections, in turns."""

    name: str
    peers: tuple = (peers.Countersign, peers.Ceiling, peers.NginxSendfile)

    title = f"4 KiB hits beside {IDLE} idle keep-alive connections, and beside none"

    def run(self, place, wanted, given):
        hits = Hits(self.name, 4 * objects.KIB, 64, 64, peers=self.peers,
                    delivery_tables="[delivery.limits]\nmax_connections = 20000")
        servers, plans = hits.start(place, wanted)
        rows, lines = [], []
        for server in servers:
            options = [place, server, plans[server.name], *hits.options(given)]
            alone = [rounds.ask(*options)]
            beside = []
            for _ in range(min(given.rounds, 5)):
                beside.append(rounds.ask(*options, "--idle", IDLE))
                alone.append(rounds.ask(*options))
            speed = lambda all: figures.quartiles([figures.rate(told, hits.size) for told in all])[1]
            held = max(told["server_resident_bytes"] for told in beside) - alone[0]["server_resident_bytes"]
            row = {"peer": server.name, "requests_per_sec": speed(alone), "requests_per_sec_beside": speed(beside),
                   "bytes_each": held / IDLE}
            rows.append(row)
            lines.append(f"{row['peer']:24}{row['requests_per_sec']:10.0f} req/s alone{row['requests_per_sec_beside']:10.0f}"
                         f" req/s beside them{row['bytes_each'] / 1024:9.1f} KiB resident each")
        return {"load": self.name, "title": self.title, "idle": rows, "text": "\n".join(lines)}
