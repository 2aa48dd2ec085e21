"""Whether an idle connection was closed meanwhile, as the loop may not know yet."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import asyncio

#: `select` refuses the thousandth file of a process, `poll` is not on Windows.
_HAS_POLL: Final = hasattr(select, "poll")


class Watch:
    """Looks at an idle connection, past the loop."""

    def __init__(self, connection: asyncio.BaseTransport) -> None:
        self._connection = connection
        # In TLS there is none any more as soon as it is closed.
        self._socket: Any = connection.get_extra_info("socket")
        self._poll = select.poll() if _HAS_POLL else None
        if self._poll is not None and self._socket is not None:
            self._poll.register(self._socket, select.POLLIN)

    def has_news(self) -> bool:
        """Whether something came that nobody asked for: as a rule, that it was closed.

        What is sent then is lost, and nobody would know whether it arrived.
        """
        # The number of one that is closed may be another one's by now.
        if self._socket is None or self._connection.is_closing():
            return True
        if self._poll is not None:
            return bool(self._poll.poll(0))
        return bool(select.select([self._socket], [], [], 0)[0])
