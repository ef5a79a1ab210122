"""Rounds: every peer in turn, in an order that changes, each for a second or two."""

import json
import os
import sys

from .processes import LOAD_CORE, SERVER_CORE, Failed, run_on


def ask(place, peer, plan, *options):
    """One run of the load on a peer; what it told."""
    command = [place.program("bench-load"), "--connect", f"127.0.0.1:{peer.port}", "--plan", plan]
    for pid in peer.server.pids():
        command += ["--pid", pid]
    told = json.loads(run_on(LOAD_CORE, [*command, *options]))
    if told["wrong"]:
        raise Failed(f"{peer.title}: {told['wrong']} wrong answers, such as: {told['first_wrong']}")
    for log in peer.log_files():
        if log.exists():
            os.truncate(log, 0)
    return told


def play(peers, rounds, ask_one):
    """So many rounds over all peers: for each, what every peer told `ask_one`."""
    played = []
    for number in range(rounds):
        # Whoever comes behind a loud neighbour is another one in every round.
        order = peers[number % len(peers):] + peers[:number % len(peers)]
        order = order if number % 2 == 0 else order[::-1]
        round = {}
        for peer in order:
            before = stolen()
            round[peer.name] = ask_one(peer)
            round[peer.name]["stolen"] = stolen() - before
        played.append(round)
        print(".", end="", file=sys.stderr, flush=True)
    return played


def stolen():
    """Seconds that the machine below took from the server's core, since it was started."""
    with open("/proc/stat") as lines:
        for text in lines:
            if text.startswith(f"cpu{SERVER_CORE} "):
                return int(text.split()[8]) / os.sysconf("SC_CLK_TCK")
    return 0.0
