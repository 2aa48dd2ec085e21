"""`nexmo-async token`: bearer tokens, for curl and the like; and what one says."""

from __future__ import annotations

import base64
import binascii
import json as codec
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar, cast

import typer
from rich.markup import escape

from nexmo_async.auth.credentials import TTL, Jwt
from nexmo_async.auth.jwt import sign
from nexmo_async.cli import output
from nexmo_async.cli.exits import NOT_DONE
from nexmo_async.clock import SystemClock
from nexmo_async.errors import ConfigurationError

app: Final = typer.Typer()

T = TypeVar("T")

_PARTS: Final = ("header", "claims", "signature")
_TIMES: Final = ("iat", "nbf", "exp")

Application = Annotated[
    str | None,
    typer.Option(
        help="The application that it is for.",
        envvar=["NEXMO_APPLICATION_ID", "VONAGE_APPLICATION_ID"],
    ),
]
Key = Annotated[
    Path | None,
    typer.Option(
        help="File of the application's private key.",
        envvar=[
            "NEXMO_APPLICATION_PRIVATE_KEY_PATH",
            "VONAGE_APPLICATION_PRIVATE_KEY_PATH",
        ],
    ),
]
Ttl = Annotated[int, typer.Option(min=1, help="Seconds that it lives.")]


@app.callback(invoke_without_command=True)
def token(
    asked: typer.Context,
    *,
    application_id: Application = None,
    key: Key = None,
    ttl: Ttl = TTL,
) -> None:
    """Bearer tokens, for curl and the like.

    Alone it does what `token create` does.

    Example: curl -H "Authorization: Bearer $(nexmo-async token)" ...
    """
    if asked.invoked_subcommand is None:
        create(application_id=application_id, key=key, ttl=ttl)


@app.command()
def create(
    *, application_id: Application = None, key: Key = None, ttl: Ttl = TTL
) -> None:
    """Print a bearer token of an application, and nothing else.

    Example: curl -H "Authorization: Bearer $(nexmo-async token create)" ...
    """
    with output.errors_as_sentences():
        made_of = Jwt(
            _given(application_id, "NEXMO_APPLICATION_ID"),
            Path(_given(key, "NEXMO_APPLICATION_PRIVATE_KEY_PATH")),
            ttl=ttl,
        )
    typer.echo(
        sign(made_of.key, made_of.application_id, at=SystemClock().wall(), ttl=ttl)
    )


@app.command()
def inspect(
    file: Annotated[
        str, typer.Argument(help="A file that holds a token; - for standard input.")
    ] = "-",
    *,
    json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Show what a token says, and whether it is still good. Checks no signature.

    A token is read from a file or a pipe: an argument could be read by others.

    Example: nexmo-async token | nexmo-async token inspect
    """
    with output.errors_as_sentences():
        header, claims = _opened(_read(file))
    left = _left(claims, SystemClock().wall())
    if json:
        output.as_json({"header": header, "claims": claims, "seconds_left": left})
    else:
        for name, value in {**header, **claims}.items():
            output.out.print(f"[bold]{escape(name)}[/]", escape(_shown(name, value)))
        output.out.print(_verdict(left))
    if left is not None and left <= 0:
        raise typer.Exit(NOT_DONE)


def _given(value: T | None, variable: str) -> T:
    if value is None:
        raise ConfigurationError(variable, "is not set", "Set it or give the option.")
    return value


def _read(file: str) -> str:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as why:
        raise ConfigurationError(
            "token", f"cannot be read from {file}: {why}"
        ) from None
    return text.strip().removeprefix("Bearer ")


def _opened(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    parts = token.split(".")
    if len(parts) != len(_PARTS):
        raise ConfigurationError("token", "is none: it has not three parts")
    return _part(parts, 0), _part(parts, 1)


def _part(parts: list[str], at: int) -> dict[str, Any]:
    text = parts[at] + "=" * (-len(parts[at]) % 4)
    try:
        said: Any = codec.loads(base64.urlsafe_b64decode(text))
    except (binascii.Error, ValueError):
        said = None
    if not isinstance(said, dict):
        raise ConfigurationError("token", f"its {_PARTS[at]} cannot be read")
    return cast("dict[str, Any]", said)


def _left(claims: dict[str, Any], now: float) -> int | None:
    """Seconds that it is still good; None if it does not say."""
    ends = claims.get("exp")
    if isinstance(ends, int | float):
        return int(ends - now)
    begins = claims.get("iat")
    return int(begins + TTL - now) if isinstance(begins, int | float) else None


def _shown(name: str, value: object) -> str:
    if name in _TIMES and isinstance(value, int | float):
        return (
            f"{value:.0f} ({datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M:%S} UTC)"
        )
    return value if isinstance(value, str) else codec.dumps(value)


def _verdict(left: int | None) -> str:
    if left is None:
        return "[yellow]does not say how long it is good[/]"
    if left <= 0:
        return f"[red]expired {-left} s ago[/]"
    return f"[green]good for {left} s more[/]"
