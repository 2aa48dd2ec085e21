"""aiohttp.web, which speaks no ASGI: the webhook in five lines.

pip install nexmo-async aiohttp
python web_aiohttp.py 8080        (with the variables that the README names)
"""

import os
import sys
from collections.abc import AsyncIterator

from aiohttp import web

from nexmo_async import Nexmo, Sms, WebhookApp

nexmo = Nexmo.from_env()
secrets = {os.environ["NEXMO_API_KEY"]: os.environ["NEXMO_SIGNATURE_SECRET"]}
webhooks = WebhookApp(nexmo.receipts, secrets)
routes = web.RouteTableDef()


@routes.post("/webhooks/")
async def webhook(request: web.Request) -> web.Response:
    """Answer inside of the block: handlers run when it ends."""
    body, headers = await request.read(), request.headers.items()
    async with webhooks.take(request.method, headers, body) as status:
        answer = web.Response(status=status)
        answer.force_close()  # or the next request waits for the handlers of this one
        await answer.prepare(request)
        await answer.write_eof()
    return answer


@routes.post("/codes/{number}")
async def send_code(request: web.Request) -> web.Response:
    """Send a code, and answer once it has arrived."""
    number = request.match_info["number"]
    sms = Sms(to=number, sender="ACME", content="Your code is 64873.")
    sent = await nexmo.messages.send(sms)
    receipt = await sent.until("delivered", within=30)
    return web.json_response({"status": receipt.status})


async def client(_: web.Application) -> AsyncIterator[None]:
    """Open the client with the application, and close it after the last handler."""
    async with nexmo:
        yield
        await webhooks.drain()


app = web.Application()
app.add_routes(routes)
app.cleanup_ctx.append(client)

if __name__ == "__main__":
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]))
