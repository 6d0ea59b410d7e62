"""Complaints that may be the one that is just being entered: alike in words, and about the same place."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from decimal import Decimal

from django.contrib.postgres.lookups import TrigramSimilar
from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Greatest, Upper

from accounts.models import Region
from workflow.models import Petition, WorkItem

ALIKE = Decimal("0.3")  # share of common trigrams, of title or description
SAME_PLACE = 0.3
COMPARED = 2000  # characters of a description
MOST = 5


def likely_duplicates(
    office_id: int, *, title: str, description: str, regions: Collection[Region] = (), place: str = ""
) -> list[WorkItem]:
    """Items of petitions that the office keeps, the likeliest first, each with `similarity` (0…1)."""
    with _alike_from(ALIKE):
        return list(_about(_alike(office_id, title.upper(), description.upper()[:COMPARED]), regions, place)[:MOST])


@contextmanager
def _alike_from(threshold: Decimal) -> Iterator[None]:
    """What `%` means to this transaction; with that operator, and not with a comparison, the indexes are used.

    The planner takes a comparison of two texts for as cheap as one of two numbers, so it would rather compare with the
    whole table, row by row or along another index; it is told not to (0.1–0.9 s instead of 3–4 among 100,000).
    """
    settings = {"pg_trgm.similarity_threshold": str(threshold), "enable_seqscan": "off", "enable_indexscan": "off"}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(settings)])
        before = dict(cursor.fetchall())
        _set(cursor, settings)
        yield
        _set(cursor, before)


def _set(cursor: CursorWrapper, settings: dict[str, str]) -> None:
    for name, value in settings.items():
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


def _alike(office_id: int, title: str, description: str) -> QuerySet[WorkItem]:
    alike = Q(TrigramSimilar(Upper(F("title")), Value(title)))
    alike |= Q(TrigramSimilar(Upper(F("description")), Value(description)))
    likeness = Greatest(TrigramSimilarity(Upper("title"), title), TrigramSimilarity(Upper("description"), description))
    kept_by = F("office_id") + 0  # no index of offices, which would have every text of the office compared
    items = WorkItem.objects.alias(kept_by=kept_by).filter(alike, kept_by=office_id, petition__isnull=False)
    items = items.annotate(similarity=likeness)
    return items.select_related("petition", "region").order_by("-similarity", "-id")


def _about(items: QuerySet[WorkItem], regions: Collection[Region], place: str) -> QuerySet[WorkItem]:
    """Those of one of the regions or of a place with a similar name, and those that say nothing about it."""
    if not regions and not place:
        return items
    named = Petition.regions.through.objects.filter(petition=OuterRef("petition"), region__in=regions)
    here = Q(region__in=regions) | Q(Exists(named)) | Q(region=None, petition__place="")
    if place:
        here |= Q(nearness__gte=SAME_PLACE)
        items = items.annotate(nearness=TrigramSimilarity("petition__place", place))
    return items.filter(here)
