"""The tests that the guide to testing shows are tests, and pass."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

GUIDE = Path(__file__).parents[2] / "docs/pages/guides/testing.md"


def test_the_tests_of_the_guide_pass(pytester: pytest.Pytester) -> None:
    text = GUIDE.read_text("utf-8")
    pytester.makepyfile(
        "\n".join(re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    )
    result = pytester.runpytest_inprocess(
        *("--strict-markers", "-p", "no:cacheprovider", "-p", "no:hypothesispytest"),
        *("-o", "asyncio_mode=auto"),
        *("-o", "asyncio_default_fixture_loop_scope=function"),
    )

    result.assert_outcomes(passed=7)
