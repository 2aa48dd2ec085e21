"""What a bulk was asked to do, as the journal remembers it for whoever goes on."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, cast

import attrs

from nexmo_async.bulk.preflight.caps import QuietHours, SpendCap
from nexmo_async.bulk.preflight.estimate import Estimator
from nexmo_async.bulk.preflight.money import Money, Prices, open_prices
from nexmo_async.bulk.source import Source, open_source
from nexmo_async.bulk.source.thread import in_thread
from nexmo_async.errors import ConfigurationError, MessageError
from nexmo_async.models.recipe import load
from nexmo_async.transport.throttle import Limit

#: Under which name it stands in the journal.
NOTE: Final = "command line"

ApiName = Literal["beta", "v0.1", "v1"]
OnUnknown = Literal["settle", "raise", "resend"]

#: Seconds that each unit has; none: seconds.
UNITS: Final[Mapping[str, float]] = {
    "": 1.0,
    "s": 1.0,
    "sec": 1.0,
    "m": 60.0,
    "min": 60.0,
    "h": 3600.0,
}

_RATE: Final = re.compile(r"(\d+)\s*/\s*(\d*)\s*([a-z]*)", re.IGNORECASE)


@attrs.frozen(kw_only=True)
class Plan:
    """Everything but the credentials. Paths are absolute, so any directory will do.

    Attributes:
        file: The recipients.
        said: What each row makes.
        total: How many rows there are.
        result: The file of results; CSV, or JSON Lines if it is called so.
        rejects: The file for rows that make no message.
        report: The page of the report.
    """

    file: str
    said: Mapping[str, object]
    result: str
    rejects: str
    report: str
    total: int | None = None
    key: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    limit: str | None = None
    cap: str | None = None
    prices: str | None = None
    quiet_hours: str | None = None
    zone: str = "UTC"
    concurrency: int = 64
    api: ApiName = "v1"
    on_unknown: OnUnknown = "settle"
    grace: float = 5.0
    listen: int | None = None
    webhook_url: str | None = None

    @classmethod
    def remembered(cls, notes: Mapping[str, str], job: str) -> Plan:
        """The plan that stands in a journal.

        Raises:
            ConfigurationError: There is none: a program began the job.
        """
        if NOTE not in notes:
            problem = "was not begun on the command line"
            raise ConfigurationError(job, problem, "Run its program again.")
        return cls(**cast("dict[str, Any]", json.loads(notes[NOTE])))

    def check_same(self, notes: Mapping[str, str], job: str) -> None:
        """Refuse another file or other words than those that the job was begun with.

        `bulk resume` would go on with the first ones, and leave these out.

        Raises:
            ConfigurationError: They are others.
        """
        if NOTE not in notes:
            return
        first = Plan.remembered(notes, job)
        if first.file != self.file and Path(first.file).exists():
            problem = f"was begun with {first.file}, and goes on with that"
        elif first.said != self.said:
            problem = "was begun with other words, and goes on with those"
        else:
            return
        advice = f"Give this one another --job, or use `bulk resume {job}`."
        raise ConfigurationError(job, problem, advice)

    def notes(self) -> dict[str, str]:
        """The same for the journal."""
        return {NOTE: json.dumps(attrs.asdict(self))}

    def limits(self) -> list[Limit]:
        """How fast may be sent."""
        return [limit_of(self.limit)] if self.limit else []

    def check_files(self) -> None:
        """Look that what is written has a place, and is not what is read.

        Raises:
            ConfigurationError: It would be missing in the end, or the recipients lost.
        """
        for name in ("result", "rejects", "report"):
            path = Path(getattr(self, name))
            if problem := _unfit(path, Path(self.file)):
                advice = f"Give another file with --{name}."
                raise ConfigurationError(str(path), problem, advice)

    async def source(self, webhook_url: str | None = None) -> Source:
        """The recipients; receipts of their messages go to that address."""
        return await open_source(
            self.file,
            _heard_at(webhook_url, self.said) if webhook_url else self.said,
            key=self.key,
            rejects=self.rejects,
            encoding=self.encoding,
            delimiter=self.delimiter,
        )

    async def estimator(self) -> Estimator:
        """Who knows what it costs."""
        prices = await open_prices(Path(self.prices)) if self.prices else Prices()
        return await in_thread(lambda: Estimator(prices))  # it loads phone facts

    def guards(self, estimator: Estimator) -> list[SpendCap | QuietHours]:
        """What may hold it. Blocks: it is for a thread."""
        guards: list[SpendCap | QuietHours] = []
        if self.cap:
            guards.append(SpendCap(Money.of(self.cap), estimator))
        if self.quiet_hours:
            guards.append(QuietHours.of(self.quiet_hours, self.zone))
        return guards


def limit_of(text: str) -> Limit:
    """The limit that is written as `30/s`, `100/min` or `5/10s`.

    Raises:
        ConfigurationError: It is no such limit.
    """
    found = _RATE.fullmatch(text.strip())
    if found is None or found[3].lower() not in UNITS:
        problem = f"is {text!r}, write it as 30/s, 100/min or 5/10s"
        raise ConfigurationError("limit", problem)
    return Limit(int(found[1]), per=float(found[2] or 1) * UNITS[found[3].lower()])


def said_of(
    text: str | None,
    message: Path | None,
    workflow: Path | None,
    fields: Mapping[str, str | None],
) -> dict[str, object]:
    """What each row makes: of --text, or of a file with a message or a workflow.

    Raises:
        MessageError: None of the three is given, or more than one.
    """
    given = [each for each in (text, message, workflow) if each is not None]
    if len(given) != 1:
        problem = "is missing" if not given else "is more than one"
        wanted = "give one of --text, --message and --workflow"
        raise MessageError("content", f"{problem}: {wanted}")
    known = {name: value for name, value in fields.items() if value is not None}
    if text is not None:
        return {**known, "content": text}
    read = _read(cast("Path", message or workflow))
    if workflow is not None:
        return {"to": fields["to"], **read}
    return {**known, **read}


def _unfit(path: Path, recipients: Path) -> str:
    """Why that cannot be written; empty if it can."""
    if path.exists() and recipients.exists() and path.samefile(recipients):
        return "holds the recipients, and would be overwritten"
    if not path.parent.is_dir():
        return "is in a folder that does not exist"
    if path.is_dir():
        return "is a folder"
    is_open = os.access(path if path.exists() else path.parent, os.W_OK)
    return "" if is_open else "may not be written"


def _heard_at(url: str, said: Mapping[str, object]) -> dict[str, object]:
    told = url.replace("{", "{{").replace("}", "}}")
    steps = said.get("steps")
    if not isinstance(steps, list):
        return {"webhook_url": told, **said}
    tables = cast("list[Mapping[str, object]]", steps)
    return {**said, "steps": [{"webhook_url": told, **step} for step in tables]}


def _read(path: Path) -> dict[str, object]:
    form = path.suffix.removeprefix(".").replace("yml", "yaml")
    try:
        said = load(path.read_text("utf-8"), form)
    except (OSError, UnicodeDecodeError) as why:
        raise ConfigurationError(str(path), f"cannot be read: {why}") from None
    if not isinstance(said, Mapping):
        raise MessageError(str(path), "holds no table")
    return dict(cast("Mapping[str, object]", said))


def here() -> str:
    """The time zone of this machine by its name; UTC if it does not tell."""
    if os.environ.get("TZ"):
        return os.environ["TZ"].removeprefix(":")
    _, found, name = os.path.realpath("/etc/localtime").partition("zoneinfo/")
    return name if found else "UTC"
