"""Django, as an ASGI application: webhooks beside the views, the client open for both.

pip install nexmo-async django uvicorn
uvicorn web_django:application        (with the variables that the README names)
"""

import os
from collections.abc import Awaitable, Callable
from typing import Any

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from nexmo_async import Nexmo, Sms, WebhookApp

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    SECRET_KEY=os.environ["NEXMO_SIGNATURE_SECRET"],  # your own, in your project
)
django.setup()

nexmo = Nexmo.from_env()
secrets = {os.environ["NEXMO_API_KEY"]: os.environ["NEXMO_SIGNATURE_SECRET"]}
webhooks = WebhookApp(nexmo.receipts, secrets)


@csrf_exempt
async def send_code(_: HttpRequest, number: str) -> JsonResponse:
    """Send a code, and answer once it has arrived."""
    sms = Sms(to=number, sender="ACME", content="Your code is 64873.")
    sent = await nexmo.messages.send(sms)
    receipt = await sent.until("delivered", within=30)
    return JsonResponse({"status": receipt.status})


urlpatterns = [path("codes/<number>", send_code)]
views = get_asgi_application()


async def application(scope: Any, receive: Receive, send: Send) -> None:  # noqa: ANN401  ASGI's dictionaries
    """Webhooks go past Django: its middleware would have nothing to do there."""
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    elif scope["path"].startswith("/webhooks"):
        await webhooks(scope, receive, send)
    else:
        await views(scope, receive, send)


async def lifespan(receive: Receive, send: Send) -> None:
    """Open the client with the server: Django itself knows no such moment."""
    await receive()
    async with nexmo:
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await webhooks.drain()
    await send({"type": "lifespan.shutdown.complete"})
