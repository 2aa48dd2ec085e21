"""Whether an idle connection was closed meanwhile, as the loop may not know yet."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncio

#: `select` refuses the thousandth file of a process, `poll` is not on Windows.
_HAS_POLL: Final = hasattr(select, "poll")


def has_news(connection: asyncio.BaseTransport) -> bool:
    """Whether something came that nobody asked for: as a rule, that it was closed.

    What is sent then is lost, and nobody would know whether it arrived.
    """
    socket = connection.get_extra_info("socket")
    if socket is None or socket.fileno() < 0:
        return True
    if not _HAS_POLL:
        return bool(select.select([socket], [], [], 0)[0])
    watch = select.poll()
    watch.register(socket, select.POLLIN)
    return bool(watch.poll(0))
