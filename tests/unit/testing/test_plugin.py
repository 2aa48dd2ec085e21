"""The pytest plugin as somebody sees it who installed the package."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nexmo_async.testing import plugin_box, plugin_outbox

# What is loaded here is not loaded anew by each of the runs below.
LOADED = (plugin_box, plugin_outbox)

#: Plugins that would load half a library for each of the runs below.
LEAN = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-p", "no:faker")
ALONE = (*LEAN, "-p", "no:asyncio", "-p", "no:anyio")
QUIET = (*LEAN, "-o", "asyncio_default_fixture_loop_scope=function")
AUTO = (*QUIET, "--strict-markers", "-o", "asyncio_mode=auto")

SEND = """
    import pytest
    from nexmo_async import Sms

    SMS = Sms(to="447700900001", sender="ACME", content="Your code is 64873.")
"""


#: What stands in the line of a story that ends in the message's uuid.
ACCEPTED = "accepted      v1, "


@pytest.fixture(autouse=True)
def settings_of_its_own(pytester: pytest.Pytester) -> None:
    """So that those of this project count for nothing, wherever the test lies."""
    pytester.makeini("[pytest]")


def run(
    pytester: pytest.Pytester, tests: str, *options: str, before: str = SEND
) -> pytest.RunResult:
    lines = f"{before}\n{tests}".splitlines()
    pytester.makepyfile("\n".join(line.removeprefix("    ") for line in lines))
    return pytester.runpytest_inprocess(*(options or AUTO))


DELIVERED = """
    async def test_it(nexmo, nexmo_outbox):
        sent = await nexmo.messages.send(SMS)
        receipt = await sent.until("delivered", within=5)
        assert receipt.status == "delivered"
        assert nexmo_outbox.messages[0].text == "Your code is 64873."
"""

ANYIO = """
    pytestmark = pytest.mark.anyio

    @pytest.fixture
    def anyio_backend():
        return "asyncio"
"""

WAYS = {
    "pytest-asyncio in auto mode": ("", AUTO),
    "pytest-asyncio in strict mode": (
        "    pytestmark = pytest.mark.asyncio\n",
        (*QUIET, "-o", "asyncio_mode=strict"),
    ),
    "anyio": (
        ANYIO,
        (*LEAN, "-p", "no:asyncio"),
    ),
    "anyio beside pytest-asyncio": (
        ANYIO,
        (*QUIET, "-o", "asyncio_mode=strict"),
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_message_is_sent_and_its_receipt_comes_whatever_runs_the_test(
    pytester: pytest.Pytester, way: str
) -> None:
    before, options = WAYS[way]
    result = run(pytester, before + DELIVERED, *options)

    result.assert_outcomes(passed=1)


def test_a_method_of_a_class_is_as_good_a_test(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
    class TestShop:
        async def test_it(self, nexmo, nexmo_outbox):
            await nexmo.messages.send(SMS)
            assert len(nexmo_outbox) == 1
""",
    )

    result.assert_outcomes(passed=1)


def test_who_runs_a_loop_of_their_own_opens_the_sandbox_there(
    pytester: pytest.Pytester,
) -> None:
    result = run(
        pytester,
        """
    import asyncio

    def test_it(nexmo_sandbox, nexmo):
        async def main():
            async with nexmo_sandbox.running():
                await nexmo.messages.send(SMS)

        asyncio.run(main())
        assert len(nexmo_sandbox.messages()) == 1
""",
        *ALONE,
    )

    result.assert_outcomes(passed=1)


def test_a_run_without_a_plugin_for_asyncio_says_so_and_does_not_break_down(
    pytester: pytest.Pytester,
) -> None:
    sync = """
    def test_that_needs_nothing():
        pass
"""
    result = run(pytester, DELIVERED + sync, *ALONE)

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*async def functions are not natively supported*"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


REJECTED = """
    @pytest.mark.nexmo_personas({"447700900001": "reject 1300"})
    async def test_it(nexmo):
        sent = await nexmo.messages.send(SMS)
        await sent.until("delivered", within=5)
"""


def test_a_failing_test_tells_the_story_of_each_message(
    pytester: pytest.Pytester,
) -> None:
    result = run(pytester, REJECTED)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- Nexmo messages -*",
            "sms to 447700900001 from ACME: 'Your code is 64873.'",
            "     0.000 s  accepted      v1, ????????-*",
            "* s  submitted     webhook 200",
            "* s  rejected      1300: The recipient is *, webhook 200",
        ]
    )


def test_a_passing_test_tells_nothing(pytester: pytest.Pytester) -> None:
    result = run(pytester, DELIVERED, *AUTO, "-rA")

    result.stdout.no_fnmatch_line("*Nexmo messages*")


def test_a_failing_test_without_a_sandbox_tells_nothing(
    pytester: pytest.Pytester,
) -> None:
    result = run(
        pytester,
        """
    def test_it():
        assert False
""",
    )

    result.stdout.no_fnmatch_line("*Nexmo messages*")


def test_a_message_that_is_not_there_is_shown_beside_the_nearest(
    pytester: pytest.Pytester,
) -> None:
    result = run(
        pytester,
        """
    async def test_it(nexmo, nexmo_outbox):
        await nexmo.messages.send(SMS)
        nexmo_outbox.assert_sent(to="447700900001", channel="viber", text="code")
""",
    )

    result.stdout.fnmatch_lines(
        [
            "E       AssertionError: 1 message wanted, none sent:",
            "E           to       '447700900001'",
            "E           channel  'viber'",
            "E           text     'code'",
            "E       the nearest:",
            "E           to       447700900001",
            "E         ≠ channel  sms",
            "E           text     'Your code is 64873.'",
        ]
    )
    result.stdout.no_fnmatch_line("*plugin_outbox.py*")


def test_of_two_markers_the_nearer_one_holds(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
    pytestmark = pytest.mark.nexmo_personas({"4477*": "silent", "22*": "silent"})

    @pytest.mark.nexmo_personas({"4477*": "reject 1300"})
    async def test_it(nexmo_sandbox, nexmo, nexmo_outbox):
        await nexmo.messages.send(SMS)
        await nexmo_outbox.wait_for(status="rejected")
""",
    )

    result.assert_outcomes(passed=1)


def test_a_script_that_is_none_is_answered_with_how_to_write_one(
    pytester: pytest.Pytester,
) -> None:
    result = run(pytester, REJECTED.replace("reject 1300", "explode"))

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*'explode' is no rule*", "*script:  RULE*"])


def test_a_script_that_is_none_costs_no_other_test(pytester: pytest.Pytester) -> None:
    broken = REJECTED.replace("reject 1300", "explode").replace("test_it", "test_bad")
    result = run(pytester, broken + DELIVERED)

    result.assert_outcomes(errors=1, passed=1)


def test_what_is_due_in_a_quarter_of_an_hour_comes_when_the_clock_is_moved(
    pytester: pytest.Pytester,
) -> None:
    result = run(
        pytester,
        """
    @pytest.mark.nexmo_personas({"447700900001": "deliver after 600s"})
    async def test_it(nexmo, nexmo_clock):
        sent = await nexmo.messages.send(SMS)
        await nexmo_clock.advance("15m")
        receipt = await sent.until("delivered", within=5)
        assert 600 <= (receipt.at - (await sent.history())[0].at).seconds < 601
""",
    )

    result.assert_outcomes(passed=1)


def test_what_goes_wrong_when_asked_for_is_counted(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
    async def test_it(nexmo, nexmo_chaos, nexmo_clock):
        nexmo_clock.run(speed=1000)
        nexmo_chaos.put("429 2x", "lose 1x")
        await nexmo.messages.send(SMS)
        assert nexmo_chaos.struck["429 2x"] == 2
        nexmo_chaos.clear()
        assert nexmo_chaos.struck == {}
""",
    )

    result.assert_outcomes(passed=1)


def test_the_same_test_gets_the_same_ids_in_each_run(pytester: pytest.Pytester) -> None:
    seen = [
        [
            line.split()[-1]
            for line in run(pytester, REJECTED).outlines
            if ACCEPTED in line
        ]
        for _ in range(2)
    ]

    assert len(seen[0]) == 1
    assert seen[0] == seen[1]


def test_each_worker_of_xdist_has_its_own(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        from nexmo_async import Sms

        @pytest.mark.parametrize("number", range(6))
        async def test_it(number, nexmo, nexmo_outbox):
            sms = Sms(to=f"44770090000{number}", sender="ACME", content="Hello")
            sent = await nexmo.messages.send(sms)
            await sent.until("delivered", within=5)
            nexmo_outbox.assert_sent(to=f"44770090000{number}")
            assert len(nexmo_outbox) == 1
            assert number != 5
        """
    )
    result = pytester.runpytest_subprocess(*AUTO, "-n", "2")

    result.assert_outcomes(passed=5, failed=1)
    result.stdout.fnmatch_lines(["*- Nexmo messages -*", "sms to 447700900005 *"])


def test_without_the_extra_it_says_what_to_install(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import sys; sys.modules['starlette'] = None")
    pytester.makepyfile("async def test_it(nexmo): pass")
    result = pytester.runpytest_subprocess(*AUTO)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(['*pip install "nexmo-async?sandbox?"*'])


def test_a_run_that_uses_none_of_it_loads_the_plugin_and_the_doors_alone(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_it():
            loaded = {name for name in sys.modules if name.startswith("nexmo_async")}
            assert loaded == {
                "nexmo_async",
                "nexmo_async.door",
                "nexmo_async.testing",
                "nexmo_async.testing.plugin",
            }
        """
    )
    result = pytester.runpytest_subprocess(*AUTO)

    result.assert_outcomes(passed=1)


def test_the_plugin_itself_needs_nothing_but_pytest() -> None:
    code = (
        "import pytest, sys; before = set(sys.modules); "
        "import nexmo_async.testing.plugin; "
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}; "
        "sys.exit(new != {'nexmo_async'})"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
