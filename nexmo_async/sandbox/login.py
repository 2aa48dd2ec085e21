"""How to get in: what was chosen, else what the file has, else what is made up."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import attrs

from nexmo_async.sandbox import auth

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nexmo_async.sandbox.dice import Dice


@attrs.define
class Login:
    """The credentials of one account.

    Attributes:
        account: What the sandbox checks.
        made: The names of those that nobody chose.
        private_key: The application's as PKCS#8 PEM, if the sandbox made it.
    """

    account: auth.Account
    made: frozenset[str]
    dice: Dice
    private_key: str | None = attrs.field(default=None, repr=False)

    @classmethod
    def choose(  # noqa: PLR0913 - an account has that many credentials
        cls,
        dice: Dice,
        *,
        api_key: str | None,
        api_secret: str | Sequence[str] | None,
        application_id: str | None,
        public_key: str | bytes | None,
        signature_secret: str | None,
    ) -> Login:
        """Take what was chosen; None: to be made up.

        Raises:
            ValueError: The public key is none.
        """
        several = (api_secret,) if isinstance(api_secret, str) else api_secret
        key = None if public_key is None else auth.read_public_key(public_key)
        account = auth.Account(
            api_key=api_key or dice.secret(8, "key"),
            api_secrets=tuple(several or (dice.secret(16, "secret"),)),
            application_id=application_id or dice.uuid("application"),
            public_key=key,
            signature_secret=signature_secret or dice.secret(43, "signature"),
        )
        made = {
            "api_key": not api_key,
            "api_secrets": not api_secret,
            "application_id": not application_id,
            "signature_secret": not signature_secret,
        }
        return cls(account, frozenset(name for name in made if made[name]), dice)

    async def complete(self, kept: Mapping[str, Any]) -> None:
        """Take the rest out of a file, and make the application's key if it has none.

        Args:
            kept: What `written` told the last time; empty: nothing.
        """
        account = self.account
        for name in self.made & kept.keys():
            value = kept[name]
            setattr(account, name, value if isinstance(value, str) else tuple(value))
        if account.public_key is not None:
            return
        # Two prime numbers take long enough to be felt by everybody else.
        pem: str | None = kept.get("private_key")
        if pem is None:
            pem = await asyncio.to_thread(auth.make_key, self.dice)
        account.public_key = await asyncio.to_thread(auth.public_half, pem)
        self.private_key = pem

    def written(self) -> dict[str, object]:
        """What a file keeps of it."""
        account = self.account
        return {
            "api_key": account.api_key,
            "api_secrets": account.api_secrets,
            "application_id": account.application_id,
            "signature_secret": account.signature_secret,
            "private_key": self.private_key,
        }
