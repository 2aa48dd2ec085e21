"""The pytest plugin: whoever asks for `nexmo` sends to a sandbox of the test's own.

Every run of pytest loads this file, so it loads nothing but pytest. The rest is loaded
by the first test that asks for a fixture.

The fixtures need no plugin for asyncio. They are made before the test and opened inside
of it, on its own loop and in its own task, whatever runs that: pytest-asyncio in either
mode, anyio, or yourself, with `async with nexmo_sandbox.running()` in `asyncio.run`.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    from nexmo_async import Nexmo
    from nexmo_async.testing.plugin_box import Box, Key, Trouble, TurnedClock
    from nexmo_async.testing.plugin_outbox import Outbox

#: The sandbox of a test.
BOX: Final = pytest.StashKey["Box"]()

#: What a report calls the story of a test's messages.
SECTION: Final = "Nexmo messages"

MARKER: Final = (
    "nexmo_personas(scripts): how people take messages in this test,"
    ' such as {"447700900001": "reject 1300"}.'
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", MARKER)


@pytest.fixture(scope="session")
def _nexmo_key() -> Key:
    """The key of all sandboxes of a run: making one takes longer than most tests."""
    try:
        from nexmo_async.testing.plugin_box import make  # noqa: PLC0415  see above
    except ModuleNotFoundError as missing:
        advice = f'{missing}: pip install "nexmo-async[sandbox]"'
        raise pytest.UsageError(advice) from missing
    return make()


@pytest.fixture
def nexmo_clock(_nexmo_key: Key) -> TurnedClock:
    """The time of sandbox and client: real, until `await nexmo_clock.advance("15m")`.

    Waits of less than a second are skipped. Also `freeze()`, `run(speed=60)`, and
    `wall()` in Unix seconds.
    """
    from nexmo_async.testing.plugin_box import TurnedClock  # noqa: PLC0415  see above

    return TurnedClock()


@pytest.fixture
def nexmo_sandbox(
    request: pytest.FixtureRequest, nexmo_clock: TurnedClock, _nexmo_key: Key
) -> Box:
    """The whole service, in this process and without a port.

    The same test gets the same ids, and the same luck, in each run.
    """
    from nexmo_async.testing.plugin_box import Box  # noqa: PLC0415  see above

    node: pytest.Item = request.node
    box = Box(_nexmo_key, nexmo_clock, seed=node.nodeid)
    for mark in reversed(list(node.iter_markers("nexmo_personas"))):
        for recipient, script in mark.args[0].items():
            box.persona(recipient, script)
    node.stash[BOX] = box
    return box


@pytest.fixture
def nexmo(nexmo_sandbox: Box) -> Nexmo:
    """A client of the sandbox, open while the test runs; it hears of its receipts."""
    return nexmo_sandbox.own_client()


@pytest.fixture
def nexmo_outbox(nexmo_sandbox: Box) -> Outbox:
    """What was sent: `messages`, `await wait_for(to=...)`, `assert_sent(to=...)`."""
    from nexmo_async.testing.plugin_outbox import Outbox  # noqa: PLC0415  see above

    return Outbox(nexmo_sandbox.store)


@pytest.fixture
def nexmo_chaos(nexmo_sandbox: Box) -> Trouble:
    """What goes wrong: `nexmo_chaos.put("503 2x", "lose 10%")`, and `clear()`."""
    return nexmo_sandbox.trouble


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Open the sandbox inside of the test that asked for one."""
    __tracebackhide__ = True
    box = item.stash.get(BOX, None)
    test = getattr(item, "obj", None)
    if box is None or not inspect.iscoroutinefunction(test):
        return (yield)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(item, "obj", _inside(box, test))
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell the story of each message of a test that failed."""
    report = yield
    box = item.stash.get(BOX, None)
    if report.failed and box is not None:
        report.sections.append((SECTION, box.story()))
    return report


def _inside(
    box: Box, test: Callable[..., Awaitable[object]]
) -> Callable[..., Awaitable[None]]:
    @functools.wraps(test)
    async def opened(*args: Any, **kwargs: Any) -> None:  # noqa: ANN401  the test's own
        __tracebackhide__ = True
        async with box.running():
            await test(*args, **kwargs)

    return opened
