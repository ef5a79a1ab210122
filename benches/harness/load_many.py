"""Whether a hit costs more where more objects are kept."""

import os
from dataclasses import dataclass

from . import figures, objects, peers, plan, rounds

FEW, MANY = 1_000, 1_000_000
SIZE = 100
# Of one file; file systems allow 65,000.
LINKS = 50_000


@dataclass
class Many:
    """Hits on a thousand and on a million cached objects of 100 bytes, in turns."""

    name: str
    peers: tuple = (peers.Countersign,)

    title = f"{SIZE}-byte hits with {MANY} objects in memory beside {FEW}"

    def run(self, place, wanted, given):
        # All are to stay, and each is charged some 3,800 bytes.
        place.cache_bytes = 6 << 30
        place.site_tables = '[[site.cache]]\npaths = ["/**"]\nown = "1h"'
        paths = _linked(place.root)
        first, second = peers.Countersign(place, "few"), peers.Countersign(place, "many")
        plans = {}
        for server, count in ((first, FEW), (second, MANY)):
            source = [path for path, _ in paths[:count]]
            text = "".join(plan.line(server.sign(path, plan.FIRST_EXP), 200, SIZE, f"file:{place.root}{file}")
                           for path, file in paths[:count])
            plans[server.name] = server.write("plan", plan.shuffled_text(text))
            told = rounds.ask(place, server, plans[server.name], "--once", "--connections", 64)
            print(f" {len(source)} objects in {told['seconds']:.0f} s", end="", flush=True, file=rounds.sys.stderr)
        options = ["--connections", 64, "--seconds", given.seconds, "--warmup", 0.3]
        ahead = {"few": 0, "many": 0}

        def ask(peer):
            told = rounds.ask(place, peer, plans[peer.name], *options, "--from", ahead[peer.name])
            ahead[peer.name] = told["next"]
            return told

        played = rounds.play([first, second], given.rounds, ask)
        low, middle, high = figures.ratios(played, "many", "few", lambda told: figures.rate(told, None))
        _, cpu, _ = figures.ratios(played, "many", "few", lambda told: figures.cpu(told, None))
        own = {name: figures.summary(played, name, None) for name in ("few", "many")}
        lines = [f"{count:>9} objects{own[name]['requests_per_sec']:10.0f} req/s{own[name]['cpu_us_per_request']:8.2f} µs CPU a request"
                 f"{own[name]['resident_bytes'] / 2**20:8.0f} MiB resident" for name, count in (("few", FEW), ("many", MANY))]
        lines.append(f"  many / few   req/s {middle:.3f} ({low:.3f} to {high:.3f})   CPU a request {cpu:.3f}")
        return {"load": self.name, "title": self.title, "peers": own, "ratio": (low, middle, high), "cpu": cpu, "text": "\n".join(lines)}


def _linked(root):
    """A million names of a few files: names cost a line in a folder, files would cost a block each."""
    files = objects.make(root, "base", MANY // LINKS, SIZE)
    paths = []
    for number, file in enumerate(files):
        folder = root / "o" / "many" / str(number)
        folder.mkdir(parents=True)
        for link in range(LINKS):
            os.link(f"{root}{file}", folder / str(link))
            paths.append((f"/o/many/{number}/{link}", file))
    # The few are of all files.
    return paths[::LINKS // 50] + [path for place, path in enumerate(paths) if place % (LINKS // 50)]
