"""FastAPI: sign up with a code that has to arrive: WhatsApp, then Viber, then SMS.

pip install nexmo-async fastapi uvicorn
uvicorn signup_service:app     (with the variables that the README names)

    curl -X POST localhost:8000/sign-ups/447700900000          gives an id
    curl localhost:8000/sign-ups/ID                            tells each step
    curl -X POST 'localhost:8000/sign-ups/ID/verify?code=...'  ends it
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from secrets import randbelow, token_urlsafe

from fastapi import FastAPI, HTTPException, status
from fastapi.responses import StreamingResponse

from nexmo_async import (
    Limit,
    Nexmo,
    Sms,
    Step,
    Viber,
    WebhookApp,
    WhatsApp,
    Workflow,
)
from nexmo_async.errors import MessageError
from nexmo_async.workflows import Run

VALID = timedelta(minutes=10)
GUESSES = 3

# Whoever signs up the same number again and again does so at nobody's cost.
nexmo = Nexmo.from_env(limits=[Limit(6, per=600, key="recipient")])
secrets = {os.environ["NEXMO_API_KEY"]: os.environ["NEXMO_SIGNATURE_SECRET"]}
webhooks = WebhookApp(nexmo.receipts, secrets)


@dataclass
class SignUp:
    """One person, until the code is typed in, guessed at too often, or too old."""

    code: str = field(repr=False)
    run: Run
    ends: datetime
    guesses: int = GUESSES


sign_ups: dict[str, SignUp] = {}  # of this process; with several, in your database


def failover(number: str, code: str) -> Workflow:
    """Each channel has its time; whoever is reached on one is left alone by the rest.

    Raises:
        MessageError: The number is none.
    """
    words = f"Your code is {code}. Valid for 10 minutes."
    return Workflow(
        Step(
            WhatsApp(to=number, sender="447700900990", content=words),
            until="read",
            within=60,
        ),
        Step(
            Viber(to=number, sender="22353", content=words),
            until="delivered",
            within=30,
        ),
        Step(Sms(to=number, sender="ACME", content=words)),
    )


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Open the client with the application, and close it after the last handler."""
    async with nexmo:
        yield
        await webhooks.drain()


app = FastAPI(lifespan=lifespan)
app.mount("/webhooks", webhooks)


@app.post("/sign-ups/{number}", status_code=status.HTTP_202_ACCEPTED)
async def begin(number: str) -> dict[str, str]:
    """Send a code on its way, and answer at once."""
    code = f"{randbelow(1_000_000):06}"
    try:
        workflow = failover(number, code)
    except MessageError as error:
        raise HTTPException(status.HTTP_400_BAD_REQUEST, error.problem) from None
    now = datetime.now(UTC)
    for name in [name for name, each in sign_ups.items() if each.ends < now]:
        del sign_ups[name]
    run = await nexmo.workflows.run(workflow)
    name = token_urlsafe(16)
    sign_ups[name] = SignUp(code, run, now + VALID)
    return {"id": name}


@app.get("/sign-ups/{name}")
async def follow(name: str) -> StreamingResponse:
    """Tell each step as it happens: "look at your WhatsApp", "now at your SMS"."""
    run = _waiting(name).run

    async def steps() -> AsyncIterator[str]:
        async for step in run:
            yield f"{step.channel} {step.what}\n"

    return StreamingResponse(steps(), media_type="text/plain")


@app.post("/sign-ups/{name}/verify")
async def verify(name: str, code: str) -> dict[str, bool]:
    """Take the code; who has typed it in is sent no more messages."""
    sign_up = _waiting(name)
    sign_up.guesses -= 1
    is_right = compare_digest(code.encode(), sign_up.code.encode())
    if is_right or not sign_up.guesses:
        sign_up.run.cancel()
        del sign_ups[name]
    if not is_right:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "that is not the code")
    return {"verified": True}


def _waiting(name: str) -> SignUp:
    found = sign_ups.get(name)
    if found is None or found.ends < datetime.now(UTC):
        raise HTTPException(status.HTTP_404_NOT_FOUND, "nobody waits for that code")
    return found
