"""What the tests of runs send, and how they read a run's story."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nexmo_async.models.message import Sms, Viber, WhatsApp
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow

if TYPE_CHECKING:
    from nexmo_async.workflows.run import Run

SMS: Final = Sms(to="447700900000", sender="ACME", content="hi")
VIBER: Final = Viber(to="447700900000", sender="ACME", content="hi")
WHATSAPP: Final = WhatsApp(to="447700900000", sender="447700900001", content="hi")
TWO: Final = Workflow(Step(VIBER, until="delivered", within=60), Step(SMS))
THREE: Final = Workflow(
    Step(WHATSAPP, until="read", within=600),
    Step(VIBER, until="delivered", within=120),
    Step(SMS),
)


def told(run: Run) -> list[str]:
    """Each line of its story: the channel and what happened."""
    return [f"{one.channel} {one.what}" for one in run.story]
