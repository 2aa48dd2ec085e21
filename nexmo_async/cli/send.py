"""`nexmo-async send`: one message, with credentials from the environment or files."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nexmo_async.cli import output
from nexmo_async.client import Nexmo
from nexmo_async.errors import MessageError
from nexmo_async.models.content import Audio, File, Image, Template, Video
from nexmo_async.models.message import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

    from nexmo_async.messages.sent import Sent
    from nexmo_async.models.message import Message
    from nexmo_async.wire.limits import Api

MEDIA: Final[Mapping[str, Any]] = {
    "image": Image,
    "audio": Audio,
    "video": Video,
    "file": File,
}


def send(  # noqa: PLR0913  the options of a message
    *,
    to: Annotated[str, typer.Option(help="Number with country code, or Messenger id.")],
    sender: Annotated[
        str, typer.Option("--from", "--sender", help="Your number, name or id.")
    ],
    text: Annotated[str | None, typer.Option(help="The words.")] = None,
    image: Annotated[str | None, typer.Option(help="Address of a picture.")] = None,
    audio: Annotated[str | None, typer.Option(help="Address of a sound.")] = None,
    video: Annotated[str | None, typer.Option(help="Address of a film.")] = None,
    file: Annotated[str | None, typer.Option(help="Address of a document.")] = None,
    template: Annotated[str | None, typer.Option(help="Name of a template.")] = None,
    param: Annotated[
        list[str] | None, typer.Option(help="A parameter of the template; repeat it.")
    ] = None,
    locale: Annotated[
        str | None, typer.Option(help="The template's, as en_GB.")
    ] = None,
    channel: Annotated[
        Literal["sms", "mms", "rcs", "whatsapp", "messenger", "viber", "email"],
        typer.Option(help="How it travels."),
    ] = "sms",
    subject: Annotated[str | None, typer.Option(help="What an email is about.")] = None,
    client_ref: Annotated[
        str | None, typer.Option(help="Your reference, in every receipt.")
    ] = None,
    api: Annotated[
        Literal["beta", "v0.1", "v1"], typer.Option(help="Generation of the API.")
    ] = "v1",
    base_url: Annotated[
        str | None, typer.Option(help="Another host, such as a sandbox.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Send one message and print the id that Nexmo gives it.

    Credentials come from the environment, .env or TOML: NEXMO_APPLICATION_ID and
    NEXMO_APPLICATION_PRIVATE_KEY_PATH, or NEXMO_API_KEY and NEXMO_API_SECRET.
    NEXMO_BASE_URL names another host.

    Example: nexmo-async send --to 447700900000 --from ACME --text "Hello"
    """
    addresses = {"image": image, "audio": audio, "video": video, "file": file}
    with output.errors_as_sentences():
        content = _content(text, addresses, template, param or [])
        options = _options(channel, locale=locale, subject=subject)
        message = KINDS[channel](
            to=to, sender=sender, content=content, client_ref=client_ref, **options
        )
        sent = asyncio.run(_send(message, api, base_url))
    if json:
        output.as_json(
            {"message_uuid": sent.message_uuid, "client_ref": sent.client_ref}
        )
    else:
        typer.echo(sent.message_uuid)


def _options(channel: str, **given: str | None) -> dict[str, Any]:
    goes = {"locale": "whatsapp", "subject": "email"}
    for option, value in given.items():
        if value is not None and goes[option] != channel:
            raise MessageError(option, f"goes with {goes[option]}, not with {channel}")
    if channel == "email" and given["subject"] is None:
        raise MessageError("subject", "is needed for an email: give --subject")
    return {option: value for option, value in given.items() if value is not None}


async def _send(message: Message, api: Api, base_url: str | None) -> Sent:
    options: dict[str, Any] = {"base_url": base_url} if base_url else {}
    async with Nexmo.from_env(api=api, **options) as nexmo:
        return await nexmo.messages.send(message)


def _content(
    text: str | None,
    addresses: Mapping[str, str | None],
    template: str | None,
    parameters: list[str],
) -> Any:  # noqa: ANN401  the channel decides whether it can carry it
    given: list[Any] = [] if text is None else [text]
    given += [MEDIA[kind](url) for kind, url in addresses.items() if url is not None]
    if template is not None:
        given.append(Template(template, parameters))
    if len(given) != 1:
        raise MessageError(
            "content",
            f"{'is missing' if not given else 'is more than one'}: give one of --text, "
            "--image, --audio, --video, --file or --template",
        )
    return given[0]
