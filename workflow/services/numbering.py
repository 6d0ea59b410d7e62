"""Item numbers: RW 任务 (plan task), WT 问题 (issue), XF 信访 (petition), then year and a running number."""

from django.db import connection

from workflow.models import Source

_PREFIX = {Source.Kind.PLAN: "RW", Source.Kind.PETITION: "XF"}


def next_numbers(source: Source, year: int, count: int = 1) -> list[str]:
    """So many numbers in a row, e.g. RW2023-0001. The series stays locked until the transaction ends."""
    series = f"{_PREFIX.get(Source.Kind(source.kind), 'WT')}{year}"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO workflow_numberseries (series, last) VALUES (%s, %s) "
            "ON CONFLICT (series) DO UPDATE SET last = workflow_numberseries.last + excluded.last RETURNING last",
            [series, count],
        )
        (last,) = cursor.fetchone()
    return [f"{series}-{number:04}" for number in range(last - count + 1, last + 1)]
