"""What Nexmo knows you by: a key and its secret, or an application and its key."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final, NoReturn
from uuid import UUID

from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from nexmo_async.auth.jwt import Key, PrivateKey

#: Seconds that a token lives, and may live at least and at most (vendor's JWT guide).
TTL: Final = 900
TTL_RANGE: Final = range(30, 86_401)


class Basic:
    """API key and secret, as the account's page shows them.

    Receipts and inbound messages then go to the account's webhooks.

    Raises:
        ConfigurationError: One of them is empty, or holds what no header can carry.
    """

    def __init__(self, api_key: str, api_secret: str) -> None:
        for name, value in (("api_key", api_key), ("api_secret", api_secret)):
            if not value or not value.isascii() or not value.isprintable():
                problem = "is empty" if not value else "has odd characters"
                advice = "Copy it from your account's settings."
                raise ConfigurationError(name, problem, advice)
        self.api_key = api_key
        pair = f"{api_key}:{api_secret}".encode()
        self._header = "Basic " + base64.b64encode(pair).decode()

    def __repr__(self) -> str:
        """Show the key, never the secret."""
        return f"Basic(api_key={self.api_key!r})"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: a secret must not travel by accident."""
        raise TypeError("Basic holds a secret and is not pickled")

    @property
    def header(self) -> str:
        """The `Authorization` header. A secret."""
        return self._header


class Jwt:
    """An application and its private key, from which short-lived tokens are made.

    Receipts and inbound messages then go to the application's webhooks.

    Args:
        application_id: The application's id, a UUID.
        private_key: Its RSA key: PEM text (line breaks may be literal), bytes,
            the path of a file, or a key object. It is parsed here, once.
        ttl: Seconds that each token lives, 30 to 86,400.

    Raises:
        ConfigurationError: The id is no UUID, or the key cannot be used.
    """

    def __init__(
        self, application_id: str, private_key: PrivateKey, *, ttl: int = TTL
    ) -> None:
        # Parsing needs cryptography, which costs more to import than all the rest.
        from nexmo_async.auth.jwt import load_key  # noqa: PLC0415

        try:
            self.application_id: str = str(UUID(application_id))
        except (ValueError, AttributeError, TypeError):
            problem = "is no UUID such as 12345678-90ab-cdef-1234-567890abcdef"
            raise ConfigurationError("application_id", problem) from None
        if ttl not in TTL_RANGE:
            problem = f"is {ttl} seconds, allowed are 30 to 86400"
            raise ConfigurationError("ttl", problem)
        self.ttl = ttl
        self.key: Key = load_key(private_key)

    def __repr__(self) -> str:
        """Show the application, never the key."""
        return f"Jwt(application_id={self.application_id!r})"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: a key must not travel by accident."""
        raise TypeError("Jwt holds a private key and is not pickled")
