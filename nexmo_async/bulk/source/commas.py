"""CSV in any dialect, with the line in which each row begins in the file."""

from __future__ import annotations

import csv
import re
from collections import Counter, deque
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

import attrs

from nexmo_async.bulk.item import BadRow
from nexmo_async.bulk.source.encoding import spelling
from nexmo_async.bulk.source.row import LINE, REASON, Row, reason
from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence
    from pathlib import Path

#: What may stand between two cells, the usual ones first.
DELIMITERS: Final = ",;\t|"

#: Letters that are looked at to find out, and the most that one line may have.
SAMPLE: Final = 1 << 14
LONGEST: Final = 1 << 20

#: What a spreadsheet writes into the first line to say what it puts between cells.
_SAYS: Final = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)

#: A cell in quotes, whose delimiters are letters.
_QUOTED: Final = re.compile(r'"(?:[^"]|"")*"')


class Commas:
    """A CSV file.

    Args:
        path: The file; its first row names the columns unless `columns` does.
        encoding: How it is written; None: it is found out.
        delimiter: What stands between cells; None: it is found out.
        columns: Names, if the first row is a row like the others.

    Raises:
        ConfigurationError: It cannot be read, or names its columns twice or not at all.
    """

    def __init__(
        self,
        path: Path,
        *,
        encoding: str | None = None,
        delimiter: str | None = None,
        columns: Sequence[str] | None = None,
    ) -> None:
        self._path = path
        self._spelling = spelling(path, encoding)
        with self._open() as file:
            sample = file.read(SAMPLE)
        said = _SAYS.match(sample)
        self._begin = 2 if said else 1
        sample = sample[said.end() :] if said else sample
        self.delimiter: str = delimiter or (said[1] if said else _delimiter(sample))
        self._names = columns
        self.columns: tuple[str, ...] = tuple(columns or self._header())

    def rows(self) -> Iterator[Row | BadRow]:
        """Each row; one that is shorter than the header lacks its last columns."""
        columns, width = self.columns, len(self.columns)
        with self._open() as file:
            for line, cells in self._records(file, header=self._names is None):
                if isinstance(cells, _Broken):
                    yield BadRow(line, "", cells.problem, {"": cells.text})
                elif len(cells) > width and any(cells[width:]):
                    problem = f"has {len(cells)} cells for {width} columns"
                    row = dict(zip(columns, cells, strict=False))
                    rest = self.delimiter.join(cells[width:])
                    yield BadRow(line, "", problem, row | {"": rest})
                else:
                    yield Row(line, dict(zip(columns, cells, strict=False)))

    def rejects(self, path: Path) -> CommaRejects:
        """A file in the same dialect and encoding, with two columns more."""
        return CommaRejects(path, self.columns, self.delimiter, self._spelling.name)

    @contextmanager
    def _open(self) -> Generator[IO[str]]:
        name, errors = self._spelling.name, self._spelling.errors
        try:
            with self._path.open(encoding=name, errors=errors, newline="") as file:
                yield file
        except UnicodeError as why:
            problem = f"is not written in {name}: {why}"
            raise ConfigurationError(str(self._path), problem) from None

    def _header(self) -> list[str]:
        with self._open() as file:
            empty = _Broken("is empty: its first row names the columns", "")
            line, cells = next(self._records(file, header=False), (1, empty))
        if isinstance(cells, _Broken):
            problem = cells.problem
            raise ConfigurationError(f"{self._path}, line {line}", problem)
        names = [name.strip() for name in cells]
        twice = [name for name, count in Counter(names).items() if name and count > 1]
        if twice:
            problem = f"names the column {twice[0]!r} twice"
            raise ConfigurationError(f"{self._path}, line {line}", problem)
        return names

    def _records(
        self, file: IO[str], *, header: bool
    ) -> Iterator[tuple[int, list[str] | _Broken]]:
        """Where each record begins, and its cells or what is wrong with it."""
        for _ in range(1, self._begin):
            file.readline()
        lines = _Lines(file, self._begin)
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        while True:
            line = lines.number
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as why:
                yield line, _Broken(f"is no row of cells: {why}", lines.again())
                continue
            lines.settle()
            if not cells:
                continue
            if header:
                header = False
                continue
            yield line, cells


@attrs.frozen
class _Broken:
    """A line that begins no row, and why."""

    problem: str
    text: str


class _Lines:
    """The lines of a file; those of a broken record but its first are read again.

    A quote that nobody closes would swallow the rows below it.
    """

    def __init__(self, file: IO[str], number: int) -> None:
        self._file = file
        self._taken: list[str] = []
        self._ahead: deque[str] = deque()
        self.number = number

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._ahead.popleft() if self._ahead else self._file.readline(LONGEST)
        if not line:
            raise StopIteration
        self._taken.append(line)
        if len(line) == LONGEST and not line.endswith(("\n", "\r")):
            while self._file.readline(LONGEST)[-1:] not in {"\n", "\r", ""}:
                pass
            raise csv.Error(f"a line has more than {LONGEST} letters")
        return line

    def settle(self) -> None:
        """What was taken became a record."""
        self.number += len(self._taken)
        self._taken.clear()

    def again(self) -> str:
        """The first line, which is lost; the others are still to be read."""
        self.number += 1
        first, *rest = self._taken
        self._ahead.extendleft(reversed(rest))
        self._taken.clear()
        return first.rstrip("\r\n")


class CommaRejects:
    """Rows that could not be used, in the dialect they came in."""

    def __init__(
        self, path: Path, columns: Sequence[str], delimiter: str, encoding: str
    ) -> None:
        self._file = path.open(
            "w", encoding=encoding, errors="surrogateescape", newline=""
        )
        names = [*columns, LINE, REASON]
        self._columns = columns
        self._writer = csv.writer(self._file, delimiter=delimiter)
        self._writer.writerow(names)

    def write(self, bad: BadRow, values: Mapping[str, object]) -> None:
        """Keep what the row said, with its line and the reason."""
        cells = [values.get(name, "") for name in self._columns]
        rest = f" ({values['']!r} is left over)" if "" in values else ""
        self._writer.writerow([*cells, bad.line, reason(bad) + rest])

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def _delimiter(sample: str) -> str:
    """What the sniffer says if its header agrees, else what the header has most of."""
    header = _QUOTED.sub("", sample.partition("\n")[0])
    counts = {each: header.count(each) for each in DELIMITERS}
    try:
        sniffed = csv.Sniffer().sniff(sample, DELIMITERS).delimiter
    except csv.Error:
        sniffed = ""
    most = max(counts, key=lambda each: counts[each])
    return sniffed if counts.get(sniffed) == counts[most] > 0 else most
