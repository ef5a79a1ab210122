"""Medians and quartiles of rounds."""

import statistics


def quartiles(values):
    """Lower quartile, median, upper quartile."""
    if len(values) < 2:
        return (values[0],) * 3 if values else (0.0,) * 3
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


def ratios(rounds, one, other, of):
    """One peer beside another: the ratio of each round, then their quartiles."""
    pairs = [(of(round[one]), of(round[other])) for round in rounds if one in round and other in round]
    return quartiles([mine / its for mine, its in pairs if its])


def rate(told, size):
    """Requests a second. Of large bodies the bytes are counted: a round holds few whole ones."""
    if size:
        return told["body_bytes"] / size / told["seconds"]
    return told["requests"] / told["seconds"]


def summary(rounds, peer, size):
    """What a peer's rounds come to: medians."""
    own = [round[peer] for round in rounds if peer in round]
    middle = lambda of: quartiles([of(told) for told in own])[1]
    return {
        "requests_per_sec": middle(lambda told: rate(told, size)),
        "body_bytes_per_sec": middle(lambda told: told["body_bytes"] / told["seconds"]),
        "p50_us": middle(lambda told: told["p50_us"]),
        "p99_us": middle(lambda told: told["p99_us"]),
        "first_byte_p50_us": middle(lambda told: told["first_byte_p50_us"]),
        "cpu_us_per_request": middle(lambda told: cpu(told, size)),
        "resident_bytes": max(told["server_resident_bytes"] for told in own),
        "load_busy": middle(lambda told: told["load_busy"]),
        "compared_whole": sum(told["compared_whole"] for told in own),
        "reconnects": sum(told["reconnects"] for told in own),
    }


def cpu(told, size):
    """Microseconds of the server's processor a request."""
    return told["server_cpu_seconds"] * 1e6 / max(rate(told, size) * told["seconds"], 1e-9)
