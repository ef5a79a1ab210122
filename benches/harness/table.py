"""What a person reads."""

from . import figures

LOAD_LIMIT = 0.95


def better_nginx(rounds, size):
    """The setting of nginx that is faster here."""
    names = {name for round in rounds for name in round if name.startswith("nginx-")}
    speed = lambda name: figures.summary(rounds, name, size)["requests_per_sec"]
    return max(sorted(names), key=speed, default=None)


def result(load, rounds):
    """A load's figures, for the table and for JSON."""
    size = load.size
    names = list(dict.fromkeys(name for round in rounds for name in round))
    own = {name: figures.summary(rounds, name, size) for name in names}
    nginx = better_nginx(rounds, size)
    compared = []
    for one, other in (("countersign", "ceiling"), ("countersign", nginx), ("ceiling", nginx), ("countersign", "varnish")):
        if one in own and other in own:
            of_rate = figures.ratios(rounds, one, other, lambda told: figures.rate(told, size))
            of_cpu = figures.ratios(rounds, one, other, lambda told: figures.cpu(told, size))
            compared.append({"one": one, "other": other, "requests": of_rate, "cpu": of_cpu})
    return {"load": load.name, "title": load.title, "rounds": len(rounds), "peers": own, "ratios": compared,
            "each_round": rounds}


def show(result):
    """The table of one load."""
    lines = [f"\n{result['title']}; {result['rounds']} rounds", ""]
    lines.append(f"{'':24}{'req/s':>10}{'MiB/s':>9}{'p50 µs':>10}{'p99 µs':>10}{'CPU µs/req':>12}{'RSS MiB':>9}{'load CPU':>9}")
    for name, own in result["peers"].items():
        limit = " load was the limit" if own["load_cpu"] >= LOAD_LIMIT else ""
        lines.append(f"{name:24}{own['requests_per_sec']:10.0f}{own['body_bytes_per_sec'] / 2**20:9.0f}"
                     f"{own['p50_us']:10.0f}{own['p99_us']:10.0f}{own['cpu_us_per_request']:12.2f}"
                     f"{own['resident_bytes'] / 2**20:9.0f}{own['load_cpu']:9.0%}{limit}")
    lines.append("")
    for ratio in result["ratios"]:
        low, middle, high = ratio["requests"]
        _, cpu, _ = ratio["cpu"]
        pair = f"{ratio['one']} / {ratio['other']}"
        lines.append(f"  {pair:32} req/s {middle:.3f} ({low:.3f} to {high:.3f})   CPU a request {cpu:.3f}")
    return "\n".join(lines)
