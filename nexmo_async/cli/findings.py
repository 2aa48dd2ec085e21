"""What the doctor makes of what it saw: a sentence and a cure each, without looking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import attrs

from nexmo_async.auth.credentials import Basic, Jwt
from nexmo_async.auth.environment import VARIABLES
from nexmo_async.errors import AuthenticationError, NexmoError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: "wrong" keeps messages from being sent, "note" may be as you want it.
Verdict = Literal["fine", "note", "wrong"]

#: What each variable is, and where it is found.
MEANINGS: Final[Mapping[str, tuple[str, str]]] = {
    "application_id": ("the id of your application", "its page in the dashboard"),
    "private_key": ("the file of its private key", "downloaded when it was made"),
    "api_key": ("the key of your account", "the dashboard's first page"),
    "api_secret": ("the secret of your account", "the dashboard's settings"),
    "signature_secret": ("the signature secret", "the dashboard's settings"),
}

#: What can be done without, and what cannot be done then.
OPTIONAL: Final[Mapping[str, str]] = {"signature_secret": "webhooks cannot be verified"}

#: What belongs together.
PAIRS: Final = (("application_id", "private_key"), ("api_key", "api_secret"))

#: Seconds by which the clocks may differ before it is said, and before it is wrong:
#: the client learns the difference, but a token lives 15 minutes.
DRIFT: Final = 5.0
TOO_FAR: Final = 600.0

#: Bits of a key below which it is to be replaced (NIST SP 800-131A).
STRONG: Final = 2048

#: The packages of each extra, and what they are for.
EXTRAS: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "fast": (("aiohttp", "orjson"), "sends several times as fast"),
    "sandbox": (("aiohttp", "starlette", "uvicorn"), "imitates the service here"),
    "tls": (("trustme",), "lets the sandbox serve https"),
    "redis": (("redis",), "shares receipts between processes"),
    "parquet": (("pyarrow",), "reads Parquet and Arrow files"),
    "otel": (("opentelemetry-api",), "traces and measures"),
    "prometheus": (("prometheus-client",), "measures for Prometheus"),
    "phone": (("phonenumbers",), "knows countries and valid numbers"),
    "cluster": (("dbos",), "runs on more than one machine"),
    "zones": (("tzdata",), "names time zones, on Windows and slim images"),
}

#: What the network says, and what helps.
CURES: Final = (
    ("CERTIFICATE_VERIFY", "Trust the authority it is signed by: set SSL_CERT_FILE."),
    ("SSL", "Something on the way speaks no TLS: look at the address and the proxy."),
    ("getaddrinfo", "Check the name in NEXMO_BASE_URL and this machine's DNS."),
    ("Name or service", "Check the name in NEXMO_BASE_URL and this machine's DNS."),
    ("nodename nor", "Check the name in NEXMO_BASE_URL and this machine's DNS."),
    ("Name resolution", "Check the name in NEXMO_BASE_URL and this machine's DNS."),
)
_NETWORK: Final = "Is it up? Check NEXMO_BASE_URL, the firewall, and HTTPS_PROXY."


@attrs.frozen
class Finding:
    """One thing that was looked at.

    Attributes:
        check: What it was.
        verdict: "fine", "note" or "wrong".
        said: What was found, without a secret.
        cure: What to do. Empty if nothing is to be done.
    """

    check: str
    verdict: Verdict
    said: str
    cure: str = ""


def of_variables(
    env: Mapping[str, str], origins: Mapping[str, str] | None = None
) -> Iterator[Finding]:
    """Which credentials are set, and where; each one that is missing, with its cure.

    Args:
        env: The variables, those that files set among them.
        origins: The file by variable, of those that a file set.
    """
    found = {of: _first(env, names) for of, names in VARIABLES.items()}
    # Who has begun with one pair lacks only the other half of it.
    begun = [pair for pair in PAIRS if any(found[of] for of in pair)] or PAIRS
    enough = any(all(found[of] for of in pair) for pair in PAIRS)
    needed = () if enough else {of for pair in begun for of in pair}
    for of, (what, where) in MEANINGS.items():
        cure = f"Set it to {what} ({where})."
        if found[of]:
            yield _set(found[of], origins)
        elif of in OPTIONAL:
            said = f"is not set: {OPTIONAL[of]}"
            yield Finding(VARIABLES[of][0], "note", said, cure)
        elif of in needed:
            yield Finding(VARIABLES[of][0], "wrong", "is not set", cure)
        else:
            yield Finding(VARIABLES[of][0], "note", "is not set")
    if found["base_url"]:
        yield _set(found["base_url"], origins)


def _set(name: str, origins: Mapping[str, str] | None) -> Finding:
    file = (origins or {}).get(name)
    return Finding(name, "fine", f"is set by {file}" if file else "is set")


def of_credentials(given: Basic | Jwt | NexmoError) -> Finding:
    """Whether they can be used, before anybody is asked."""
    if isinstance(given, NexmoError):
        return Finding("credentials", "wrong", given.what(), given.advice)
    if isinstance(given, Basic):
        said = "an API key: email, RCS and updates of messages need an application"
        return Finding("credentials", "fine", said)
    bits = given.key.key_size
    if bits < STRONG:
        cure = "Make a new pair in the dashboard."
        return Finding("credentials", "note", f"an RSA key of {bits} bits", cure)
    return Finding("credentials", "fine", f"an application, RSA key of {bits} bits")


def of_proxy(proxy: str | None) -> Finding:
    """Through which proxy it goes; a password in its address is not shown."""
    if proxy is None:
        return Finding("proxy", "fine", "none")
    return Finding("proxy", "fine", proxy.rpartition("@")[2])


def of_reach(host: str, took: float, status: int) -> Finding:
    """An answer, whatever it says, is what was wanted."""
    return Finding("reach", "fine", f"{host} answers {status} in {took * 1e3:.0f} ms")


def of_silence(why: NexmoError) -> Finding:
    """There was no answer."""
    said = why.what()
    cure = next((cure for words, cure in CURES if words in said), _NETWORK)
    return Finding("reach", "wrong", said, cure)


def of_clocks(here: float, there: float | None) -> Finding:
    """How far the clocks are apart.

    Args:
        here: Unix seconds of this machine, halfway between question and answer.
        there: The same by the `Date` of the answer; None: it had none.
    """
    if there is None:
        return Finding("clock", "note", "the answer bore no date to compare with")
    ahead = here - there
    if abs(ahead) < DRIFT:
        return Finding("clock", "fine", f"within {DRIFT:g} s of theirs")
    way = "ahead of" if ahead > 0 else "behind"
    verdict: Verdict = "wrong" if abs(ahead) > TOO_FAR else "note"
    said = f"{abs(ahead):.0f} s {way} theirs"
    return Finding("clock", verdict, said, "Let NTP set this machine's clock.")


def of_login(answer: NexmoError | None) -> Finding:
    """Whether an empty message was refused for being empty, not for who sent it."""
    said = "accepted: an empty message was refused, and for being empty"
    if isinstance(answer, AuthenticationError):
        return Finding("login", "wrong", answer.what(), answer.advice)
    if isinstance(answer, RefusedError):
        return Finding("login", "fine", said)
    told = "an empty message was accepted" if answer is None else answer.what()
    return Finding("login", "note", f"cannot be told: {told}")


def of_extras(installed: Mapping[str, str]) -> Iterator[Finding]:
    """What could be added.

    Args:
        installed: Version by package.
    """
    # A wheel may spell its name as prometheus_client, or as PyJWT.
    installed = {
        name.lower().replace("_", "-"): version for name, version in installed.items()
    }
    for extra, (packages, does) in EXTRAS.items():
        check = f"extra {extra}"
        missing = [name for name in packages if name not in installed]
        if missing:
            cure = f'pip install "nexmo-async[{extra}]"'
            said = f"{', '.join(missing)} not installed; it {does}"
            yield Finding(check, "note", said, cure)
        else:
            said = ", ".join(f"{name} {installed[name]}" for name in packages)
            yield Finding(check, "fine", said)


def _first(env: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((name for name in names if env.get(name)), "")
