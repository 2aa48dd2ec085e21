from __future__ import annotations

import asyncio
import codecs
import csv
import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from nexmo_async import Sms
from nexmo_async.bulk import BadRow, Item
from nexmo_async.bulk.source import from_rows, open_source
from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

SAID = {"channel": "sms", "to": "{to}", "sender": "ACME", "content": "Hi {name}"}
ANA, BEA = ("447700900000", "Ana"), ("447700900001", "Béa")


async def read(
    path: Path,
    said: Mapping[str, object] = SAID,
    **options: Any,  # noqa: ANN401  those of the function
) -> list[Item | BadRow]:
    return [item async for item in await open_source(path, said, **options)]


def written(path: Path, text: str | bytes, encoding: str = "utf-8") -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def hi(to: str, name: str, line: int, key: str = "") -> Item:
    return Item(Sms(to=to, sender="ACME", content=f"Hi {name}"), key, line)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
async def test_a_csv_may_have_any_delimiter_and_end_of_line(
    tmp_path: Path, delimiter: str, end: str
) -> None:
    lines = [("to", "name"), ANA, BEA]
    text = end.join(delimiter.join(line) for line in lines)

    found = await read(written(tmp_path / "a.csv", text))
    assert found == [hi(*ANA, 2), hi(*BEA, 3)]


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"],
)
async def test_the_encoding_is_found_out(tmp_path: Path, encoding: str) -> None:
    text = "to,name\n447700900001,Béa\n"
    path = written(tmp_path / "a.csv", text, encoding)

    assert await read(path) == [hi(*BEA, 2)]


async def test_a_mark_before_big_endian_text_is_understood(tmp_path: Path) -> None:
    text = codecs.BOM_UTF16_BE + "to,name\n447700900001,Béa\n".encode("utf-16-be")

    assert await read(written(tmp_path / "a.csv", text)) == [hi(*BEA, 2)]


async def test_an_encoding_can_be_given(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "to,name\n447700900001,Łucja\n", "cp1250")

    assert await read(path, encoding="cp1250") == [hi("447700900001", "Łucja", 2)]


async def test_an_encoding_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "to,name\n")

    with pytest.raises(ConfigurationError, match="no encoding such as utf-8"):
        await open_source(path, SAID, encoding="latin-99")


async def test_a_broken_letter_in_utf_8_spoils_its_row_alone(tmp_path: Path) -> None:
    text = (
        "to,name\n1,Béa\n447700900000,".encode() + b"A\xe9na\n447700900001,B\xc3\xa9a"
    )
    found = await read(
        written(tmp_path / "a.csv", text.replace(b"\n1,", b"\n447700900001,"))
    )

    assert found[0] == hi(*BEA, 2)
    assert isinstance(found[1], BadRow)
    assert (found[1].line, found[1].column) == (3, "name")
    assert found[2] == hi(*BEA, 4)


async def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    text = 'to,name\n447700900000,"Ana\nLena"\n\n447700900001,Béa\n'
    found = await read(written(tmp_path / "a.csv", text))

    assert found == [hi("447700900000", "Ana\nLena", 2), hi(*BEA, 5)]


async def test_a_quote_that_nobody_closes_costs_one_row(tmp_path: Path) -> None:
    text = 'to,name\n447700900000,"Ana\n447700900001,Béa\n447700900001,"B"\n'
    found = await read(written(tmp_path / "a.csv", text))

    assert isinstance(found[0], BadRow)
    assert found[0].line == 2
    assert found[1:] == [hi(*BEA, 3), hi("447700900001", "B", 4)]


async def test_an_endless_line_costs_one_row(tmp_path: Path) -> None:
    text = f"to,name\n447700900000,{'x' * 3_000_000}\n447700900001,Béa\n"
    found = await read(written(tmp_path / "a.csv", text))

    assert [type(each) for each in found] == [BadRow, Item]
    assert found[1] == hi(*BEA, 3)


async def test_a_row_with_too_many_cells_is_refused(tmp_path: Path) -> None:
    text = "to,name\n447700900000,Ana, of course\n447700900001,Béa,\n"
    found = await read(written(tmp_path / "a.csv", text))

    assert isinstance(found[0], BadRow)
    assert found[0].problem == "has 3 cells for 2 columns"
    assert found[1] == hi(*BEA, 3)


async def test_a_row_with_too_few_cells_lacks_its_last_columns(tmp_path: Path) -> None:
    found = await read(written(tmp_path / "a.csv", "to,name\n447700900000\n"))

    assert isinstance(found[0], BadRow)
    assert (found[0].line, found[0].column) == (2, "name")
    assert found[0].problem == "column 'name' is not in this row"


async def test_what_a_spreadsheet_says_of_its_delimiter_is_believed(
    tmp_path: Path,
) -> None:
    text = "sep=;\r\nto;name\r\n447700900001;Béa\r\n"

    assert await read(written(tmp_path / "a.csv", text)) == [hi(*BEA, 3)]


async def test_commas_within_quotes_do_not_make_a_dialect(tmp_path: Path) -> None:
    text = 'to;"name, first, last"\n447700900001;"a, b, c"\n'
    said = SAID | {"content": "Hi"}

    found = await read(written(tmp_path / "a.csv", text), said)
    assert found == [Item(Sms(to=BEA[0], sender="ACME", content="Hi"), "", 2)]


async def test_a_file_of_one_column_needs_no_delimiter(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "to\n447700900001\n")

    found = await read(path, SAID | {"content": "Hi"})
    assert found == [Item(Sms(to=BEA[0], sender="ACME", content="Hi"), "", 2)]


async def test_columns_can_be_named_for_a_file_that_does_not(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "447700900001,Béa\n")

    assert await read(path, columns=["to", "name"]) == [hi(*BEA, 1)]


async def test_a_column_that_is_not_there_is_named_with_its_line(
    tmp_path: Path,
) -> None:
    path = written(tmp_path / "a.csv", "to,nmae\n447700900001,Béa\n")

    with pytest.raises(ConfigurationError, match=r"a.csv, line 1: names no column 'na"):
        await open_source(path, SAID)


@pytest.mark.parametrize(
    ("text", "problem"),
    [("", "is empty"), ("to,to\n", "'to' twice"), ('"to\n', "is no row of cells")],
)
async def test_a_header_that_says_nothing_is_refused(
    tmp_path: Path, text: str, problem: str
) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        await open_source(written(tmp_path / "a.csv", text), SAID)


async def test_a_bad_row_names_line_and_column_and_the_rest_goes_on(
    tmp_path: Path,
) -> None:
    text = "to,name\n0770,Ana\n447700900001,Béa\n"
    found = await read(written(tmp_path / "a.csv", text))

    assert isinstance(found[0], BadRow)
    assert (found[0].line, found[0].column) == (2, "to")
    assert found[0].problem.startswith("begins with 0")
    assert found[0].row == {"to": "0770", "name": "Ana"}
    assert found[1] == hi(*BEA, 3)


async def test_a_column_can_be_the_key(tmp_path: Path) -> None:
    text = "to,name,id\n447700900001,Béa,17\n447700900000,Ana,\n"
    found = await read(written(tmp_path / "a.csv", text), key="id")

    assert found[0] == hi(*BEA, 2, "17")
    assert isinstance(found[1], BadRow)
    assert (found[1].column, found[1].problem) == ("id", "is empty, and names the item")


async def test_json_lines_are_rows(tmp_path: Path) -> None:
    lines = ['{"to": "447700900001", "name": "Béa"}', "", "[1]", "{", '{"to": null}']
    found = await read(written(tmp_path / "a.jsonl", "\n".join(lines)))

    assert found[0] == hi(*BEA, 1)
    bad = [(each.line, each.column) for each in found if isinstance(each, BadRow)]
    assert bad == [(3, ""), (4, ""), (5, "to")]


async def test_an_endless_line_of_json_costs_one_row(tmp_path: Path) -> None:
    text = f'"{"x" * 3_000_000}"\n{{"to": "447700900001", "name": "Béa"}}'
    found = await read(written(tmp_path / "a.jsonl", text))

    assert [type(each) for each in found] == [BadRow, Item]
    assert found[1] == hi(*BEA, 2)


async def test_rejects_of_a_csv_have_its_dialect_and_the_reason(tmp_path: Path) -> None:
    text = "to;name\r\n0770;Ana\r\n447700900001;Béa\r\n1;2;3\r\n"
    path, rejects = written(tmp_path / "a.csv", text, "cp1252"), tmp_path / "r.csv"
    await read(path, rejects=rejects)

    with rejects.open(encoding="cp1252", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert [(row["to"], row["name"], row["rejected_line"]) for row in rows] == [
        ("0770", "Ana", "2"),
        ("1", "2", "4"),
    ]
    assert rows[0]["rejected_because"].startswith("to: begins with 0")
    assert rows[1]["rejected_because"] == "has 3 cells for 2 columns ('3' is left over)"


async def test_mended_rejects_can_be_sent_as_they_are(tmp_path: Path) -> None:
    path, rejects = (
        written(tmp_path / "a.csv", "to,name\n0770,Ana\n"),
        tmp_path / "r.csv",
    )
    await read(path, rejects=rejects)
    rejects.write_text(rejects.read_text().replace("0770,", "447700900000,"))

    assert await read(rejects) == [hi(*ANA, 2)]


async def test_rejects_do_not_take_the_place_of_the_file_itself(tmp_path: Path) -> None:
    path = written(tmp_path / "rejects.csv", "to,name\n0770,Ana\n")

    with pytest.raises(ConfigurationError, match="would be lost"):
        await read(path, rejects=tmp_path / "." / "rejects.csv")
    assert path.read_text() == "to,name\n0770,Ana\n"


async def test_rejects_of_json_lines_are_json_lines(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", '{"to": "0770", "name": "Ana", "n": [1]}\n{')
    await read(path, rejects=tmp_path / "r.jsonl")

    first, second = map(json.loads, (tmp_path / "r.jsonl").read_text().splitlines())
    assert (first["to"], first["n"], first["rejected_line"]) == ("0770", [1], 1)
    assert second["row"] == "{"


async def test_without_a_bad_row_there_is_no_rejects_file(tmp_path: Path) -> None:
    rejects = written(tmp_path / "r.csv", "of an earlier run")
    await read(
        written(tmp_path / "a.csv", "to,name\n447700900001,Béa\n"), rejects=rejects
    )

    assert not rejects.exists()


async def test_a_source_can_be_read_again_and_knows_its_length_then(
    tmp_path: Path,
) -> None:
    path = written(tmp_path / "a.csv", "to,name\n447700900001,Béa\n1,x\n")
    source = await open_source(path, SAID)

    assert source.count is None
    assert [each async for each in source] == [each async for each in source]
    assert source.count == 2
    assert repr(source) == f"<Source {path} <Draft sms of to, name>>"


async def test_leaving_early_closes_the_file(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "to,name\n" + "447700900001,Béa\n" * 2000)
    items = aiter(await open_source(path, SAID))
    await anext(items)
    await items.aclose()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  it is a generator

    with pytest.raises(StopAsyncIteration):
        await anext(items)


async def test_a_cancelled_read_waits_for_its_thread(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "to,name\n" + "447700900001,Béa\n" * 20000)
    task = asyncio.create_task(read(path))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    ("name", "options", "problem"),
    [
        ("a.csv", {}, "cannot be read: No such file"),
        ("a.xls", {}, "has no known form, choose from csv, jsonl, arrow"),
        ("a.jsonl", {"delimiter": ";"}, "delimiter: does not go with jsonl"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused(
    tmp_path: Path, name: str, options: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        await open_source(tmp_path / name, SAID, **options)


async def test_mappings_become_messages() -> None:
    rows = [{"to": "447700900001", "name": "Béa"}, {"to": "447700900001"}]
    found = [item async for item in from_rows(rows, SAID)]

    assert found[0] == hi(*BEA, 1)
    assert isinstance(found[1], BadRow)
    assert (found[1].line, found[1].column) == (2, "name")


async def test_rows_may_come_one_by_one() -> None:
    async def rows() -> AsyncIterator[dict[str, str]]:
        yield {"to": "447700900001", "name": "Béa"}

    assert [item async for item in from_rows(rows(), SAID)] == [hi(*BEA, 1)]


@pytest.mark.parametrize("factory", [None, sqlite3.Row])
async def test_the_cursor_of_a_database_is_a_source(
    factory: type[sqlite3.Row] | None,
) -> None:
    base = sqlite3.connect(":memory:")
    base.row_factory = factory
    cursor = base.execute("SELECT '447700900001' AS \"to\", 'Béa' AS name")

    assert [item async for item in from_rows(cursor, SAID)] == [hi(*BEA, 1)]
    base.close()


async def test_tuples_without_names_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="are tuple, and nothing names"):
        await anext(from_rows([("447700900001", "Béa")], SAID))
