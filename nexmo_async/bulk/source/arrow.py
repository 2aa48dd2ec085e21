"""Parquet and Arrow files, in batches: the only room that imports pyarrow."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, cast

import pyarrow as pa  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]  it has none
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]  it has none

from nexmo_async.bulk.source.row import LINE, REASON, Row, reason
from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from pathlib import Path

    from nexmo_async.bulk.item import BadRow

#: The library has no types, so nothing of it is checked.
arrow: Final[Any] = pa
parquet: Final[Any] = pq

#: Rows that are in memory at once.
BATCH: Final = 1024

_PARQUET: Final = b"PAR1"
_ARROW: Final = b"ARROW1"


class Arrow:
    """A Parquet file, or an Arrow file or stream. Its first row is line 1.

    Args:
        path: The file.

    Raises:
        ConfigurationError: It is neither.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            first = file.read(len(_ARROW))
        self._is_parquet = first.startswith(_PARQUET)
        self._is_stream = first != _ARROW
        with self._reading() as (schema, _):
            self._schema = schema
        self.columns: tuple[str, ...] = tuple(cast("list[str]", self._schema.names))

    def rows(self) -> Iterator[Row]:
        """Each row, with values as Python has them."""
        number = 0
        with self._reading() as (_, batches):
            for batch in batches:
                for values in batch.to_pylist():
                    number += 1
                    yield Row(number, values)

    def rejects(self, path: Path) -> ArrowRejects:
        """A file of the same form, with two columns more."""
        return ArrowRejects(path, self._schema, is_parquet=self._is_parquet)

    @contextmanager
    def _reading(self) -> Generator[tuple[Any, Iterator[Any]]]:
        try:
            if self._is_parquet:
                with parquet.ParquetFile(self._path) as file:
                    yield file.schema_arrow, file.iter_batches(BATCH)
                return
            with arrow.memory_map(str(self._path)) as mapped:
                if self._is_stream:
                    with arrow.ipc.open_stream(mapped) as stream:
                        yield stream.schema, _sliced(stream)
                    return
                with arrow.ipc.open_file(mapped) as file:
                    count = cast("int", file.num_record_batches)
                    yield file.schema, _sliced(map(file.get_batch, range(count)))
        except arrow.ArrowException as why:
            problem = f"is neither Parquet nor Arrow: {why}"
            raise ConfigurationError(str(self._path), problem) from None


class ArrowRejects:
    """Rows that could not be used, with the types they had."""

    def __init__(self, path: Path, schema: Any, *, is_parquet: bool) -> None:  # noqa: ANN401  pyarrow has no types
        more = [arrow.field(LINE, arrow.int64()), arrow.field(REASON, arrow.string())]
        self._schema = arrow.schema([*schema, *more])
        make = parquet.ParquetWriter if is_parquet else arrow.ipc.new_file
        self._write = make(path if is_parquet else str(path), self._schema)
        self._rows: list[dict[str, object]] = []

    def write(self, bad: BadRow, values: Mapping[str, object]) -> None:
        """Keep what the row said, with its line and the reason."""
        self._rows.append({**values, LINE: bad.line, REASON: reason(bad)})
        if len(self._rows) == BATCH:
            self._flush()

    def close(self) -> None:
        """Finish the file."""
        self._flush()
        self._write.close()

    def _flush(self) -> None:
        batch = arrow.RecordBatch.from_pylist(self._rows, self._schema)
        self._write.write_batch(batch)
        self._rows.clear()


def _sliced(batches: Any) -> Iterator[Any]:  # noqa: ANN401  pyarrow has no types
    """The same rows, in batches that are not as large as somebody once wrote them."""
    for batch in batches:
        for begin in range(0, batch.num_rows, BATCH):
            yield batch.slice(begin, BATCH)
