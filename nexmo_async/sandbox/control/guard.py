"""Who may touch the controls: programs of this machine, and no page from elsewhere."""

from __future__ import annotations

import hmac
import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import attrs

from nexmo_async.sandbox.problem import generic

if TYPE_CHECKING:
    from starlette.requests import Request


@attrs.frozen
class Guard:
    """Asks everybody who comes to the controls.

    Attributes:
        host: The name that the sandbox was bound to.
        token: What they must know; None: nothing.
    """

    host: str
    token: str | None = attrs.field(default=None, repr=False)

    def check(self, request: Request, *, anybody: bool = False) -> None:
        """Let them in.

        Args:
            request: What they ask.
            anybody: It is for those as well who do not know the token.

        Raises:
            RefusedError: They are not of this machine, or do not know the token.
        """
        if not is_local(request.headers.get("host", ""), self.host):
            raise generic("forbidden")
        origin = request.headers.get("origin")
        if origin is not None and not is_local(_host_of(origin), self.host):
            raise generic("forbidden", "This Origin is not the sandbox")
        if self.token is None or anybody:
            return
        if not self._knows(request, self.token):
            raise generic("unauthorized", "Send the control token as Bearer")

    def _knows(self, request: Request, token: str) -> bool:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            # The live feed of a browser cannot send headers.
            given = request.query_params.get("token", "")
        return hmac.compare_digest(given.strip().encode(), token.encode())


def is_local(header: str, bound: str) -> bool:
    """Was the sandbox asked for by a name of this machine?

    A page elsewhere on the web can point its own name at 127.0.0.1; it cannot make
    the browser send another name in `Host`.
    """
    try:
        name = urlsplit(f"//{header}").hostname
    except ValueError:
        return False
    if name is None:
        return False
    if name in ("localhost", bound.lower()):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
