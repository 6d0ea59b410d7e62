"""Pages of a list. Counting stops at a cap: nobody reads on to the thousandth row."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest

PAGE_SIZE = 25
COUNT_CAP = 1000
LAST_PAGE = 1000  # an offset beyond costs the database more than the reader gains


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and where they stand in it."""

    rows: list
    number: int
    count: int
    is_capped: bool
    has_next: bool
    query: str  # the other parameters, ready to be followed by page=…

    def __iter__(self) -> Iterator:
        return iter(self.rows)

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.has_next else None


def page_of(request: HttpRequest, rows: QuerySet) -> Page:
    """The page that `?page=` asks for; two queries."""
    asked = request.GET.get("page", "")
    number = min(max(int(asked), 1), LAST_PAGE) if asked.isascii() and asked.isdecimal() and len(asked) < 9 else 1
    start = (number - 1) * PAGE_SIZE
    found = list(rows[start : start + PAGE_SIZE + 1])
    count = rows.order_by()[: COUNT_CAP + 1].count()
    return Page(
        rows=found[:PAGE_SIZE],
        number=number,
        count=min(count, COUNT_CAP),
        is_capped=count > COUNT_CAP,
        has_next=len(found) > PAGE_SIZE and number < LAST_PAGE,
        query=query_without(request, "page"),
    )


def query_without(request: HttpRequest, *names: str) -> str:
    """The parameters of this request that say something, without some; `a=1&b=2&` or empty."""
    kept = request.GET.copy()
    for name in list(kept):
        if name in names or not any(kept.getlist(name)):
            del kept[name]
    return f"{kept.urlencode()}&" if kept else ""
