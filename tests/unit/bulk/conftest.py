"""A client whose post office does as it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bulk_office import Office

from nexmo_async import Basic, Nexmo, Retry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nexmo_async.testing import ManualClock


@pytest.fixture
def office() -> Office:
    """Open doors, no plan."""
    made = Office()
    made.doors.set()
    return made


@pytest.fixture
async def nexmo(office: Office, clock: ManualClock) -> AsyncIterator[Nexmo]:
    """A client that tries each message once, on a clock that stands still."""
    once = Retry(attempts=1, on_unknown="raise")
    auth = Basic("key", "secret")
    async with Nexmo(auth, transport=office, clock=clock, retry=once) as client:
        yield client
