"""`nexmo-async token`: a bearer token, for curl and the like."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nexmo_async.auth.credentials import TTL, Jwt
from nexmo_async.auth.jwt import sign
from nexmo_async.cli import output
from nexmo_async.clock import SystemClock


def token(
    application_id: Annotated[
        str, typer.Option(envvar=["NEXMO_APPLICATION_ID", "VONAGE_APPLICATION_ID"])
    ],
    key: Annotated[
        Path,
        typer.Option(
            help="File of the application's private key.",
            envvar=[
                "NEXMO_APPLICATION_PRIVATE_KEY_PATH",
                "VONAGE_APPLICATION_PRIVATE_KEY_PATH",
            ],
        ),
    ],
    ttl: Annotated[int, typer.Option(help="Seconds that it lives.")] = TTL,
) -> None:
    """Print a bearer token of an application, and nothing else.

    Example: curl -H "Authorization: Bearer $(nexmo-async token)" ...
    """
    with output.errors_as_sentences():
        made_of = Jwt(application_id, key, ttl=ttl)
    typer.echo(
        sign(made_of.key, made_of.application_id, at=SystemClock().wall(), ttl=ttl)
    )
