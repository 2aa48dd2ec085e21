"""FastAPI: send a question, follow it on its way, and await the answer.

pip install nexmo-async fastapi uvicorn
uvicorn web_fastapi:app        (with the variables that the README names)
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from nexmo_async import Nexmo, NexmoError, Sms, WebhookApp

nexmo = Nexmo.from_env()
secrets = {os.environ["NEXMO_API_KEY"]: os.environ["NEXMO_SIGNATURE_SECRET"]}
webhooks = WebhookApp(nexmo.receipts, secrets)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Open the client with the application, and close it after the last handler."""
    async with nexmo:
        yield
        await webhooks.drain()


app = FastAPI(lifespan=lifespan)
app.mount("/webhooks", webhooks)


@app.post("/codes/{number}")
async def send_code(number: str) -> dict[str, str]:
    """Send a code, and answer once it has arrived."""
    sms = Sms(to=number, sender="ACME", content="Your code is 64873.")
    sent = await nexmo.messages.send(sms)
    try:
        receipt = await sent.until("delivered", within=30)
    except NexmoError as error:  # rejected, or still on its way
        return {"status": str(error)}
    return {"status": receipt.status}


@app.post("/steps/{number}")
async def follow(number: str) -> StreamingResponse:
    """Send a message, and tell each of its steps as it happens."""
    sent = await nexmo.messages.send(Sms(to=number, sender="ACME", content="Hello"))

    async def steps() -> AsyncIterator[str]:
        async with sent.events() as events:
            async for receipt in events:
                yield f"{receipt.status}\n"

    return StreamingResponse(steps(), media_type="text/plain")


@app.post("/questions/{number}")
async def ask(number: str) -> dict[str, str | None]:
    """Ask a person, and answer with their answer."""
    question = Sms(to=number, sender="447700900001", content="Shall we come at two?")
    await nexmo.messages.send(question)
    reply = await nexmo.inbound.next(from_=number, within=60)
    return {"answer": reply.text}
