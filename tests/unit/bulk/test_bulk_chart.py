from __future__ import annotations

import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from nexmo_async.bulk import Moment
from nexmo_async.bulk.job.chart import Page, drawing, nice, span, without_pauses

CURVE = (Moment(0.0, 10, 0.02), Moment(1.0, 20, 0.01), Moment(2.0, 0, 0.0))


def page(curve: tuple[Moment, ...] = CURVE, **more: int) -> str:
    figures = {"Sent": "30"}
    return Page("Job <b>", "About & so on.", figures, more, curve).html()


def test_a_page_loads_nothing_from_elsewhere() -> None:
    class Links(HTMLParser):
        found: list[str]

        def handle_starttag(
            self, tag: str, attrs: list[tuple[str, str | None]]
        ) -> None:
            names = {name for name, _ in attrs}
            if tag in {"script", "link", "img"} or names & {"src", "href"}:
                self.found.append(tag)

    reader = Links()
    reader.found = []
    reader.feed(page())

    assert reader.found == []
    assert "url(" not in page()
    assert "@import" not in page()


def test_a_page_knows_day_and_night() -> None:
    assert "prefers-color-scheme: dark" in page()


def test_what_a_job_is_called_cannot_break_its_page() -> None:
    assert "<h1>Job &lt;b&gt;</h1>" in page()


def test_reasons_stand_on_the_page_the_most_frequent_first() -> None:
    text = page(Rare=1, Frequent=2000)

    assert text.index("Frequent") < text.index("Rare")
    assert "2,000" in text


def test_without_reasons_nothing_went_wrong() -> None:
    assert "What went wrong" not in page()


def test_a_job_that_sent_nothing_has_no_drawing() -> None:
    assert "<svg" not in page(())


def test_there_is_a_line_for_the_rate_and_one_for_the_latency() -> None:
    assert page().count("<polyline") == 2


def test_a_drawing_is_svg_within_its_frame() -> None:
    points = [(0.0, 10.0), (1.0, 20.0), (2.0, 0.0)]
    tree = ET.fromstring(drawing(points, 3.0, "rate", "per <s>"))  # noqa: S314  ours
    line = next(each for each in tree if each.tag == "polyline")
    spots = [
        tuple(map(float, spot.split(","))) for spot in line.attrib["points"].split()
    ]

    assert tree.attrib["aria-label"] == "per <s>"
    assert spots == [(56.0, 93.0), (288.0, 12.0), (520.0, 174.0)]


def test_a_single_moment_is_a_line_as_well() -> None:
    assert 'points="56.0,12.0 752.0,12.0"' in drawing([(0.0, 5.0)], 1.0, "rate", "x")


@pytest.mark.parametrize(
    ("value", "above"), [(1, 1), (1.1, 2), (3, 5), (7, 10), (480, 500), (0.03, 0.05)]
)
def test_a_scale_ends_with_a_number_that_people_like(
    value: float, above: float
) -> None:
    assert nice(value) == pytest.approx(above)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (0.25, "0.25 s"),
        (45, "45 s"),
        (59.5, "1 min"),
        (200, "3 min 20 s"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
    ],
)
def test_a_time_is_said_as_people_do(seconds: float, said: str) -> None:
    assert span(seconds) == said


def test_long_pauses_are_left_out() -> None:
    busy = [Moment(float(at), 1, 0.1) for at in (0, 1)]
    idle = [Moment(float(at), 0, 0.0) for at in range(2, 100)]
    curve = [*busy, *idle, Moment(100.0, 1, 0.1)]

    seconds = [moment.second for moment in without_pauses(curve)]
    assert seconds == [float(at) for at in range(13)]
