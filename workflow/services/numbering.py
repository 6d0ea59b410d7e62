"""Numbers without gaps or twins: of items, by source (RW 任务, WT 问题, XF 信访), close-out papers, orders."""

from django.db import connection

from workflow.models import Source, WorkItem
from workflow.models.procedures import Measure

_PREFIX = {Source.Kind.PLAN: "RW", Source.Kind.PETITION: "XF"}


def next_numbers(source: Source, year: int, count: int = 1) -> list[str]:
    """So many numbers in a row, e.g. RW2023-0001. The series stays locked until the transaction ends."""
    series = f"{_PREFIX.get(Source.Kind(source.kind), 'WT')}{year}"
    last = _take(series, count)
    return [f"{series}-{number:04}" for number in range(last - count + 1, last + 1)]


def next_closure_number(item: WorkItem, year: int) -> str:
    """Of the paper that closes the item, e.g. 销号〔2026〕12号: each office counts its own, anew every year."""
    return f"{item.procedure.closure_prefix}〔{year}〕{_take(f'XH{item.office_id}-{year}', 1)}号"


# The name of the paper in its number, and the letters of its series.
_PAPERS = {
    Measure.SUPERVISION_ORDER: ("督办函", "DB"),
    Measure.BULLETIN: ("通报", "TB"),
    Measure.INTERVIEW: ("约谈通知", "YT"),
    Measure.REFERRAL: ("移送函", "YS"),
}


def next_paper_number(office_id: int, measure: str, year: int) -> str:
    """Of a paper that takes a measure, e.g. 督办函〔2026〕3号: each office counts each kind, anew every year."""
    name, letters = _PAPERS[Measure(measure)]
    return f"{name}〔{year}〕{_take(f'{letters}{office_id}-{year}', 1)}号"


def _take(series: str, count: int) -> int:
    """The last of so many numbers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO workflow_numberseries (series, last) VALUES (%s, %s) "
            "ON CONFLICT (series) DO UPDATE SET last = workflow_numberseries.last + excluded.last RETURNING last",
            [series, count],
        )
        (last,) = cursor.fetchone()
    return last
