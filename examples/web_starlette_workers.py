"""Starlette with several workers: the webhook reaches one, another one waits for it.

pip install "nexmo-async[redis]" starlette uvicorn
REDIS_URL=redis://127.0.0.1 uvicorn --workers 4 web_starlette_workers:app
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from nexmo_async import Nexmo, Sms, WebhookApp
from nexmo_async.receipts.redis import RedisReceipts

receipts = RedisReceipts(os.environ["REDIS_URL"])
nexmo = Nexmo.from_env(receipts=receipts)
secrets = {os.environ["NEXMO_API_KEY"]: os.environ["NEXMO_SIGNATURE_SECRET"]}
webhooks = WebhookApp(receipts, secrets)


async def send_code(request: Request) -> JSONResponse:
    """Send a code, and answer once it has arrived."""
    number = request.path_params["number"]
    sms = Sms(to=number, sender="ACME", content="Your code is 64873.")
    sent = await nexmo.messages.send(sms)
    receipt = await sent.until("delivered", within=30)
    return JSONResponse({"status": receipt.status, "worker": os.getpid()})


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    """Each worker opens its own connections, and closes them."""
    async with receipts, nexmo:
        yield
        await webhooks.drain()


app = Starlette(
    routes=[
        Route("/codes/{number}", send_code, methods=["POST"]),
        Mount("/webhooks", webhooks),
    ],
    lifespan=lifespan,
)
