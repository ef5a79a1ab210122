"""What a person reads."""

from . import figures

LOAD_LIMIT = 0.95


def better_nginx(rounds, size):
    """The setting of nginx that is faster here."""
    names = {name for round in rounds for name in round if name.startswith("nginx-")}
    speed = lambda name: figures.summary(rounds, name, size)["requests_per_sec"]
    return max(sorted(names), key=speed, default=None)


def result(load, size, rounds, of=None):
    """A load's figures, for the table and for JSON. `size` of all answers, where they have one;
    `of`: a time that is compared too, where a lower one is better."""
    names = list(dict.fromkeys(name for round in rounds for name in round))
    own = {name: figures.summary(rounds, name, size) for name in names}
    nginx = better_nginx(rounds, size)
    compared = []
    for one, other in (("countersign", "ceiling"), ("countersign", nginx), ("ceiling", nginx), ("countersign", "varnish"),
                       *((name, "ceiling") for name in names if name.startswith("ceiling-"))):
        if one in own and other in own:
            pair = {"one": one, "other": other}
            pair["requests"] = figures.ratios(rounds, one, other, lambda told: figures.rate(told, size))
            pair["cpu"] = figures.ratios(rounds, one, other, lambda told: figures.cpu(told, size))
            if of:
                pair[of] = figures.ratios(rounds, one, other, lambda told: told[of])
            compared.append(pair)
    result = {"load": load.name, "title": load.title, "rounds": len(rounds), "peers": own, "ratios": compared, "of": of,
              "stolen_secs": sum(told["stolen"] for round in rounds for told in round.values()), "each_round": rounds}
    return result


def show(result):
    """The table of one load."""
    if "text" in result:
        return f"\n{result['title']}\n\n{result['text']}"
    lines = [f"\n{result['title']}; {result['rounds']} rounds", ""]
    lines.append(f"{'':28}{'req/s':>10}{'MiB/s':>9}{'p50 µs':>10}{'p99 µs':>10}{'1st byte':>10}{'CPU µs/req':>12}{'RSS MiB':>9}{'load busy':>10}")
    for name, own in result["peers"].items():
        limit = " load was the limit" if own["load_busy"] >= LOAD_LIMIT else ""
        lines.append(f"{name:28}{own['requests_per_sec']:10.0f}{own['body_bytes_per_sec'] / 2**20:9.0f}"
                     f"{own['p50_us']:10.0f}{own['p99_us']:10.0f}{own['first_byte_p50_us']:10.0f}{own['cpu_us_per_request']:12.2f}"
                     f"{own['resident_bytes'] / 2**20:9.0f}{own['load_busy']:10.0%}{limit}")
    lines.append("")
    for ratio in result["ratios"]:
        low, middle, high = ratio["requests"]
        _, cpu, _ = ratio["cpu"]
        pair = f"{ratio['one']} / {ratio['other']}"
        more = ""
        if result["of"]:
            low_of, middle_of, high_of = ratio[result["of"]]
            more = f"   {result['of']} {middle_of:.3f} ({low_of:.3f} to {high_of:.3f})"
        lines.append(f"  {pair:42} req/s {middle:.3f} ({low:.3f} to {high:.3f})   CPU a request {cpu:.3f}{more}")
    if result["stolen_secs"] > 0.05:
        lines.append(f"  {result['stolen_secs']:.1f} s of the server's core were taken by other machines")
    return "\n".join(lines)
