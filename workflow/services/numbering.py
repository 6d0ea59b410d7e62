"""Numbers without gaps or twins: of items, by source (RW 任务, WT 问题, XF 信访), and close-out papers."""

from django.db import connection

from workflow.models import Source, WorkItem

_PREFIX = {Source.Kind.PLAN: "RW", Source.Kind.PETITION: "XF"}


def next_numbers(source: Source, year: int, count: int = 1) -> list[str]:
    """So many numbers in a row, e.g. RW2023-0001. The series stays locked until the transaction ends."""
    series = f"{_PREFIX.get(Source.Kind(source.kind), 'WT')}{year}"
    last = _take(series, count)
    return [f"{series}-{number:04}" for number in range(last - count + 1, last + 1)]


def next_closure_number(item: WorkItem, year: int) -> str:
    """Of the paper that closes the item, e.g. 销号〔2026〕12号: each office counts its own, anew every year."""
    return f"{item.procedure.closure_prefix}〔{year}〕{_take(f'XH{item.office_id}-{year}', 1)}号"


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
