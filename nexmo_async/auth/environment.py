"""Credentials from environment variables, in the old names and the new ones."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.auth.credentials import Basic, Jwt
from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Which variables hold what; the first that is set counts (vendor's guides, 2018-2026).
VARIABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "api_key": ("NEXMO_API_KEY", "VONAGE_API_KEY"),
    "api_secret": ("NEXMO_API_SECRET", "VONAGE_API_SECRET"),
    "application_id": ("NEXMO_APPLICATION_ID", "VONAGE_APPLICATION_ID"),
    "private_key": (
        "NEXMO_APPLICATION_PRIVATE_KEY_PATH",
        "VONAGE_APPLICATION_PRIVATE_KEY_PATH",
        "VONAGE_APPLICATION_PRIVATE_KEY",
        "VONAGE_PRIVATE_KEY_PATH",
        "VONAGE_PRIVATE_KEY",
    ),
    "signature_secret": ("NEXMO_SIGNATURE_SECRET", "VONAGE_SIGNATURE_SECRET"),
    "base_url": ("NEXMO_BASE_URL",),
}

_ADVICE: Final = (
    "Set NEXMO_APPLICATION_ID and NEXMO_APPLICATION_PRIVATE_KEY_PATH, "
    "or NEXMO_API_KEY and NEXMO_API_SECRET."
)


@attrs.frozen
class Environment:
    """What the variables say."""

    credentials: Basic | Jwt
    base_url: str | None


def read(env: Mapping[str, str] | None = None) -> Environment:
    """What the variables say; an application is taken before a key and its secret.

    Raises:
        ConfigurationError: Neither is complete; it says what is missing.
    """
    env = os.environ if env is None else env
    found = {name: first(name, env) for name in VARIABLES}
    return Environment(_credentials(found), found["base_url"])


def _credentials(found: Mapping[str, str | None]) -> Basic | Jwt:
    application, key = found["application_id"], found["private_key"]
    if application and key:
        return Jwt(application, key)
    if found["api_key"] and found["api_secret"]:
        return Basic(found["api_key"], found["api_secret"])
    halves = {
        "private_key": application,
        "application_id": key,
        "api_secret": found["api_key"],
        "api_key": found["api_secret"],
    }
    for missing, other_half in halves.items():
        if other_half:
            raise ConfigurationError(VARIABLES[missing][0], "is not set", _ADVICE)
    raise ConfigurationError("environment", "holds no credentials", _ADVICE)


def first(of: str, env: Mapping[str, str]) -> str | None:
    """What the first variable that is set says, of those that hold the same.

    Args:
        of: What they hold, as `VARIABLES` calls it.
        env: The variables. One that is empty counts as not set.
    """
    return next((env[name] for name in VARIABLES[of] if env.get(name)), None)
