"""Ask a person on WhatsApp, await the answer, mark it as read, and thank them.

pip install "nexmo-async[sandbox]"
python conversation.py 447700900000 8000   (with the variables that the README names)

Webhooks come to the port; let a tunnel lead there, and tell Nexmo its address.
"""

import asyncio
import os
import sys

from nexmo_async import Nexmo, Template, WebhookApp, WhatsApp
from nexmo_async.errors import NoReplyError
from nexmo_async.sandbox import serve

SHOP = "447700900990"


async def arrange(nexmo: Nexmo, number: str) -> str | None:
    """When the person wants the parcel; None if they do not say within an hour."""
    # WhatsApp lets nobody begin a conversation but with a template it has approved.
    question = Template("delivery_time", ["at two", "at four"])
    await nexmo.messages.send(
        WhatsApp(to=number, sender=SHOP, content=question, locale="en_GB")
    )
    try:
        answer = await nexmo.inbound.next(from_=number, within=3600)
    except NoReplyError:
        return None
    await nexmo.messages.mark_read(answer, replying=True)  # "is typing" is shown
    thanks = WhatsApp(to=number, sender=SHOP, content=f"Thank you: {answer.text}.")
    sent = await nexmo.messages.send(thanks)
    await sent.until("delivered", within=60)
    return answer.text


async def main(number: str, port: int) -> None:
    """Take webhooks while the conversation goes on."""
    secrets = {os.environ["NEXMO_API_KEY"]: os.environ["NEXMO_SIGNATURE_SECRET"]}
    async with Nexmo.from_env() as nexmo:
        webhooks = WebhookApp(nexmo.receipts, secrets)
        async with serve(webhooks, port=port) as url:
            print(f"running on {url}", flush=True)
            print(await arrange(nexmo, number) or "no answer", flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
