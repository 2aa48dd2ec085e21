"""What all commands of a cluster share: which database, and its engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nexmo_async.durable import Lane
    from nexmo_async.durable.dbos import DbosEngine

#: Whose jobs, unless told otherwise.
APPLICATION: Final = "nexmo-async"

Database = Annotated[
    str,
    typer.Option(
        envvar="NEXMO_DATABASE",
        help="As postgresql://host/name; one with a password rather in the variable.",
    ),
]
Application = Annotated[
    str, typer.Option(help="Whose jobs, if several programs share the database.")
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def engine_on(
    database: str,
    application: str,
    *,
    worker: str = "",
    lanes: Sequence[Lane] = (),
    gone_after: float = 15.0,
) -> DbosEngine:
    """The engine on a database.

    Raises:
        ConfigurationError: The extra is not installed, or the address can be none.
    """
    try:
        from nexmo_async.durable.dbos import DbosEngine  # noqa: PLC0415  an extra
    except ImportError:
        advice = 'Install it: pip install "nexmo-async[cluster]"'
        problem = "needs DBOS, which is not installed"
        raise ConfigurationError("cluster", problem, advice) from None
    return DbosEngine(
        database,
        worker=worker,
        application=application,
        lanes=lanes,
        gone_after=gone_after,
    )
