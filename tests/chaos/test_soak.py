"""The soak of `benchmarks/soak.py`, shortened: faults and cancellations at random."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

if TYPE_CHECKING:
    from types import ModuleType

    from blockbuster import BlockBuster

SCRIPT = Path(__file__).parents[2] / "benchmarks/soak.py"


@pytest.fixture(scope="module")
def soak() -> ModuleType:
    specified = importlib.util.spec_from_file_location("soak", SCRIPT)
    assert specified is not None
    assert specified.loader is not None
    module = importlib.util.module_from_spec(specified)
    sys.modules["soak"] = module
    specified.loader.exec_module(module)
    return module


@pytest.mark.parametrize("library", ["aiohttp", "httpx"])
@pytest.mark.parametrize("seed", [7, 11])
async def test_nothing_is_sent_twice_and_nothing_is_left_open(
    soak: ModuleType,
    library: Literal["aiohttp", "httpx"],
    seed: int,
    nothing_blocks_the_loop: BlockBuster,
) -> None:
    nothing_blocks_the_loop.deactivate()  # reading which files are open is no sin here

    verdict = await soak.Soak(1_500, library, seed).run()

    assert verdict.is_good, verdict
    assert verdict.accepted > 1_400
    assert verdict.accepted + verdict.cancelled + verdict.failed.total() == 1_500
