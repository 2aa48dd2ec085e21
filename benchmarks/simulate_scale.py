"""What do so many messages a day need? A day, minute by minute, on several databases.

    python benchmarks/simulate_scale.py --messages 100e6 --databases 4

Accounts are of very different size, and each has its home on one database, by a hash
that moves few of them when a database is added. A day has a quiet night and a busy
noon. Runs that are not reached in time go on to a second step ten minutes later. What
a database cannot do in its minute waits for the next one. Prints how long that is.

It is arithmetic: what one database does in a second goes in, measured elsewhere.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import math
from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from collections.abc import Sequence

MINUTES: Final = 24 * 60
SECONDS: Final = 86_400

#: How steep the day is: with this the busiest minute has three times the mean.
SLOPE: Final = 2.6


@attrs.frozen(kw_only=True)
class Cost:
    """What one message costs, by how it is sent.

    Attributes:
        postgres: Seconds of CPU of the database.
        python: Seconds of CPU of workers and of those who take webhooks.
        log: Bytes of write-ahead log.
        kept: Bytes that stay until they are pruned.
    """

    postgres: float
    python: float
    log: float
    kept: float


#: Measured with `bench_database.py` on two shared cores: a durable run that is reached
#: by its first message. Take your own figures for your own machines.
FAILOVER: Final = Cost(postgres=0.011, python=0.030, log=13_600, kept=9_000)


@attrs.frozen(kw_only=True)
class Plan:
    """What is asked for, and what there is.

    Attributes:
        messages: Runs that begin in a day.
        databases: Among how many they are divided.
        cores: Of each database.
        load: The share of its cores that may be in use.
        accounts: Among how many the runs are divided, the nth with 1/n of the first.
        second: The share of runs that needs a second step.
        within: Minutes until that is sent.
        cost: What one message costs.
    """

    messages: float = 100e6
    databases: int = 4
    cores: int = 16
    load: float = 0.6
    accounts: int = 5_000
    second: float = 0.2
    within: int = 10
    cost: Cost = FAILOVER

    @property
    def capacity(self) -> float:
        """Sends that one database can take in, per second."""
        return self.cores * self.load / self.cost.postgres


@attrs.frozen(kw_only=True)
class Day:
    """How a day went.

    Attributes:
        mean: Sends per second over the day, on all databases.
        peak: Sends per second in the busiest minute, on all databases.
        shares: The share of all runs that each database has.
        late: The longest that a send waited on each database, seconds.
        left: Sends that were still to be done at midnight.
    """

    mean: float
    peak: float
    shares: Sequence[float]
    late: Sequence[float]
    left: float


def home(account: int, databases: int) -> int:
    """The database of an account: that which draws the highest number for it.

    One more database takes over its own share of the accounts, and no other one moves.
    """

    def drawn(database: int) -> bytes:
        return hashlib.sha256(f"{account}/{database}".encode()).digest()

    return max(range(databases), key=drawn)


def shares(accounts: int, databases: int) -> list[float]:
    """The share of all runs that each database gets."""
    found = [0.0] * databases
    for account in range(1, accounts + 1):
        found[home(account, databases)] += 1 / account
    return [each / sum(found) for each in found]


def curve() -> list[float]:
    """The share of a day's runs that begins in each minute: a night, and a noon."""
    turns = (math.cos(2 * math.pi * (at / MINUTES - 0.5)) for at in range(MINUTES))
    heights = [((1 + turn) / 2) ** SLOPE for turn in turns]
    return [height / sum(heights) for height in heights]


def live(plan: Plan) -> Day:
    """A day on all databases."""
    begins = [plan.messages * share for share in curve()]
    goes_on = [0.0] * plan.within + [each * plan.second for each in begins]
    sends = [a + b for a, b in zip(begins, goes_on, strict=False)]
    parts = shares(plan.accounts, plan.databases)
    waits = [_late([each * part / 60 for each in sends], plan) for part in parts]
    return Day(
        mean=sum(sends) / SECONDS,
        peak=max(sends) / 60,
        shares=parts,
        late=[late for late, _ in waits],
        left=sum(left for _, left in waits),
    )


def _late(rates: Sequence[float], plan: Plan) -> tuple[float, float]:
    """The longest wait on one database, and what is left at midnight."""
    waiting = longest = 0.0
    for rate in rates:
        waiting = max(0.0, waiting + 60 * (rate - plan.capacity))
        longest = max(longest, waiting / plan.capacity)
    return longest, waiting


def needed(plan: Plan, within: float = 1.0, most: int = 256) -> int:
    """How many databases it takes for no send to wait longer than that.

    Raises:
        ValueError: More than `most`, or the largest account alone is too much for one.
    """
    for databases in itertools.count(1):
        if databases > most:
            raise ValueError(f"{most} databases are too few: divide large accounts")
        if max(live(attrs.evolve(plan, databases=databases)).late) <= within:
            return databases
    raise AssertionError


def lines(plan: Plan, days: int) -> list[str]:
    """The arithmetic, line by line."""
    day, cost = live(plan), plan.cost
    total = day.mean * SECONDS
    told = {
        "runs a day": (plan.messages, ""),
        "sends a day": (total, f"{plan.second:.0%} of the runs need a second step"),
        "sends a second, mean": (day.mean, ""),
        "sends a second, peak": (day.peak, ""),
        "one database carries": (plan.capacity, f"{plan.cores} cores, {plan.load:.0%}"),
        "databases": (plan.databases, f"the busiest has {max(day.shares):.0%} of all"),
        "longest wait, s": (max(day.late), ""),
        "left at midnight": (day.left, ""),
        "cores of workers": (day.peak * cost.python / plan.load, "at the peak"),
        "log, MB/s": (day.peak * max(day.shares) * cost.log / 1e6, "the busiest"),
        "kept, GB": (total * cost.kept * days / 1e9, f"{days} days, all databases"),
        "waiting at once": (day.peak * 60 * plan.within, "at most, if none is reached"),
    }
    return [
        f"{name:22}{value:15,.0f}  {what}".rstrip()
        for name, (value, what) in told.items()
    ]


def main() -> None:
    """Print a day."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=float, default=100e6, help="runs a day")
    parser.add_argument("--databases", type=int, help="else: as many as it takes")
    parser.add_argument("--cores", type=int, default=16, help="of each database")
    parser.add_argument("--days", type=int, default=2, help="until they are pruned")
    given = parser.parse_args()
    plan = Plan(messages=given.messages, cores=given.cores)
    databases = given.databases or needed(plan)
    print(*lines(attrs.evolve(plan, databases=databases), given.days), sep="\n")


if __name__ == "__main__":
    main()
