"""How a conformance kit says that something falls short."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from nexmo_async.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

#: Seconds of real time that each demand may take before it counts as hanging.
WITHIN: Final = 5.0

_Error = TypeVar("_Error", bound=BaseException)


def demand(is_met: bool, sentence: str) -> None:  # noqa: FBT001  as in `assert`
    """Raise `AssertionError` with the sentence unless the demand is met."""
    if not is_met:
        raise AssertionError(sentence)


class Caught(Generic[_Error]):
    """Holds the error once the block has ended."""

    error: _Error


@contextmanager
def demand_error(
    kind: type[_Error] | tuple[type[_Error], ...], sentence: str
) -> Generator[Caught[_Error]]:
    """Raise `AssertionError` with the sentence unless the block raises this error.

    Of several, any will do.
    """
    caught = Caught[_Error]()
    try:
        yield caught
    except kind as error:
        caught.error = error
    except Exception as other:
        raise AssertionError(f"{sentence}, not {other!r}") from other
    else:
        raise AssertionError(f"{sentence}, but nothing was raised")


@asynccontextmanager
async def demand_end(within: float, sentence: str) -> AsyncGenerator[None]:
    """Raise `AssertionError` with the sentence if the block takes that many seconds."""
    try:
        async with SystemClock().timeout(within):
            yield
    except TimeoutError:
        raise AssertionError(sentence) from None


def named(check: object) -> str:
    """The demand that a function is named after."""
    return getattr(check, "__name__", "").strip("_").replace("_", " ")
