from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from nexmo_async import Sms
from nexmo_async.bulk import BadRow, Item
from nexmo_async.bulk.source import open_source
from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

pa: Any = pytest.importorskip("pyarrow")
pq: Any = pytest.importorskip("pyarrow.parquet")

SAID = {"channel": "sms", "to": "{to}", "sender": "ACME", "content": "{code}"}
COLUMNS = {"to": ["447700900000", None, "447700900001"], "code": [1, 2, 3]}
FORMS = ["parquet", "arrow", "stream"]


def written(path: Path, form: str, columns: dict[str, Any]) -> Path:
    table = pa.table(columns)
    if form == "parquet":
        pq.write_table(table, path)
        return path
    make = pa.ipc.new_file if form == "arrow" else pa.ipc.new_stream
    with make(str(path), table.schema) as file:
        file.write_table(table)
    return path


@pytest.mark.parametrize("form", FORMS)
async def test_rows_of_parquet_and_arrow_become_messages(
    tmp_path: Path, form: str
) -> None:
    path = written(tmp_path / "a.arrow", form, COLUMNS)
    found = [item async for item in await open_source(path, SAID)]

    assert found[0] == Item(Sms(to="447700900000", sender="ACME", content="1"), "", 1)
    assert isinstance(found[1], BadRow)
    assert (found[1].line, found[1].column) == (2, "to")
    assert found[2] == Item(Sms(to="447700900001", sender="ACME", content="3"), "", 3)


@pytest.mark.parametrize("form", ["parquet", "arrow"])
async def test_rejects_keep_their_form_and_their_types(
    tmp_path: Path, form: str
) -> None:
    path = written(tmp_path / "a.arrow", form, COLUMNS)
    source = await open_source(path, SAID, rejects=tmp_path / "r")
    found = [item async for item in source]

    assert len(found) == 3
    if form == "parquet":
        kept = pq.read_table(tmp_path / "r").to_pylist()
    else:
        kept = pa.ipc.open_file(str(tmp_path / "r")).read_all().to_pylist()
    assert [(row["to"], row["code"], row["rejected_line"]) for row in kept] == [
        (None, 2, 2)
    ]


async def test_a_large_file_comes_in_pieces(tmp_path: Path) -> None:
    columns = {"to": ["447700900000"] * 5000, "code": list(range(5000))}
    path = written(tmp_path / "a.parquet", "parquet", columns)

    lines = [item.line async for item in await open_source(path, SAID)]
    assert lines == list(range(1, 5001))


async def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_text("to,code\n")

    with pytest.raises(ConfigurationError, match="is neither Parquet nor Arrow"):
        await open_source(tmp_path / "a.parquet", SAID)


async def test_without_the_library_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "nexmo_async.bulk.source.arrow", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(ConfigurationError, match=r"nexmo-async\[parquet\]"):
        await open_source(tmp_path / "a.parquet", SAID)
