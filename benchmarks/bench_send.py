"""How fast are messages sent, against the loops that one would write by hand?

python benchmarks/bench_send.py [--quick] [--rounds 5] [--seconds 1] [--in-flight 64]
"""

from __future__ import annotations

import argparse
import statistics
from typing import Final

from harness import (
    RESULTS,
    Round,
    bars,
    in_turns,
    opened,
    responder,
    run,
    summed,
    write,
)
from rivals import all_rivals

#: What must hold: who, against whom, on what, with how many in flight, at least.
PROMISES: Final = (
    ("nexmo_async", "httpx", 64, 4.0),
    ("nexmo_async", "httpx2", 64, 1.0),
    ("nexmo_async fast", "aiohttp", 64, 1.0),
    ("nexmo_async fast", "vonage", 64, 100.0),
)

Table = dict[str, dict[str, dict[str, float]]]


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="a short, rough run")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--in-flight", type=int, nargs="+", default=[1, 16, 64, 256])
    given = parser.parse_args()
    if given.quick:
        given.rounds, given.seconds, given.in_flight = 3, 0.5, [1, 64]
    return given


async def main() -> None:
    """Measure, print the ratios and keep the result."""
    given, tables = arguments(), dict[str, Table]()
    ratios: list[dict[str, object]] = []
    with responder() as where:
        for kind, url in (("plain", where.plain), ("TLS", where.secure)):
            tables[kind] = {}
            for in_flight in given.in_flight:
                rivals = all_rivals(is_secure=kind == "TLS")
                async with opened(rivals, url, where.authorities, in_flight):
                    rounds = await in_turns(
                        rivals, in_flight, given.seconds, given.rounds
                    )
                found = {name: summed(each) for name, each in rounds.items()}
                ratios += promises(rounds, kind, in_flight)
                tables[kind][str(in_flight)] = found
                show(kind, in_flight, found)
    print("\nratios, the median of the rounds: by rate, by CPU, at least, verdict")
    for ratio in ratios:
        print("  ".join(map(str, ratio.values())))
    result = {"ratios": ratios, "tables": tables}
    path = write("send_quick" if given.quick else "send", result)
    print(f"\nwritten to {path}")
    if not given.quick:
        chart(tables)


def chart(tables: dict[str, Table]) -> None:
    """Draw the rates with 64 in flight, over TLS and plain."""
    for kind, file in (("TLS", "send.svg"), ("plain", "send_plain.svg")):
        if "64" in tables[kind]:
            rates = {name: each["rate"] for name, each in tables[kind]["64"].items()}
            title = f"messages per second, 64 in flight, {kind}"
            (RESULTS / file).write_text(bars(title, rates))


def show(kind: str, in_flight: int, found: dict[str, dict[str, float]]) -> None:
    """Print one table: rates, CPU and how far away the limit is."""
    limit = found["bare protocol"]["rate"]
    print(f"\n{kind}, {in_flight} in flight")
    print(f"{'':18}{'per second':>12}{'spread':>18}{'CPU us':>9}{'of limit':>10}")
    for name, each in sorted(found.items(), key=lambda entry: -entry[1]["rate"]):
        spread = f"{each['lowest']:,.0f}-{each['highest']:,.0f}"
        print(
            f"{name:18}{each['rate']:12,.0f}{spread:>18}"
            f"{each['cpu_microseconds']:9.0f}{each['rate'] / limit:10.0%}"
        )


def promises(
    rounds: dict[str, list[Round]], kind: str, in_flight: int
) -> list[dict[str, object]]:
    """The ratios that must hold: each round against the same round of the rival."""
    found: list[dict[str, object]] = []
    for ours, theirs, at, least in PROMISES:
        if at == in_flight and theirs in rounds:
            pairs = list(zip(rounds[ours], rounds[theirs], strict=True))
            ratio = statistics.median(mine.rate / other.rate for mine, other in pairs)
            cpu = statistics.median(other.cpu / mine.cpu for mine, other in pairs)
            found.append(
                {
                    "who": f"{ours} / {theirs}",
                    "on": f"{kind}, {in_flight} in flight",
                    "ratio": round(ratio, 2),
                    "by CPU": round(cpu, 2),
                    "at least": least,
                    "verdict": "holds" if ratio >= least else "FAILS",
                }
            )
    return found


if __name__ == "__main__":
    run(main())
