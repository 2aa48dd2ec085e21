"""Many jobs at once, in one transaction with whatever else is to be kept of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import sqlalchemy as sa
from dbos import WorkflowSerializationFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dbos import DBOSClient, EnqueueOptions

    from nexmo_async.durable.engine import Job


@attrs.frozen
class Due:
    """A job that is to be done.

    Attributes:
        key: What it is submitted under.
        job: What it is.
        lane: Where it queues.
        priority: Whether it goes before others.
    """

    key: str
    job: Job
    lane: str
    priority: int


def options(due: Due) -> EnqueueOptions:
    """As DBOS wants it."""
    return {
        "workflow_name": due.job.kind,
        "workflow_id": due.key,
        "queue_name": due.lane,
        "priority": due.priority,
        "serialization_type": WorkflowSerializationFormat.PORTABLE,
    }


class Enqueuer:
    """Lets many jobs queue. Its methods block: call them in a thread.

    Args:
        client: The client of DBOS.
        url: The database.
    """

    def __init__(self, client: DBOSClient, url: str) -> None:
        self._client = client
        address = sa.make_url(url).set(drivername="postgresql+psycopg")
        self._engine = sa.create_engine(address, poolclass=sa.pool.NullPool)

    def put(self, dues: Iterable[Due]) -> None:
        """All of them, or none. Those whose key is in use change nothing."""
        self.write(lambda _: dues)

    def write(self, writing: Callable[[Any], Iterable[Due]]) -> None:
        """Put what writing with a connection of psycopg gives: all, or nothing."""
        with self._engine.begin() as line:
            for due in writing(line.connection.driver_connection):
                self._client.enqueue_in_transaction(line, options(due), due.job.body)
