"""Numbers of papers, limits of the public and merging, when several do it at the same moment."""

from functools import partial

from django.utils import timezone

from tests.concurrency.racing import race
from tests.people import City
from tests.walking import after_publicity, approve, register, walk
from workflow import services
from workflow.lifecycle import State
from workflow.models import Closure, Objection, WorkItem
from workflow.refusal import Refused
from workflow.services.objections import object_publicly
from workflow.services.publicity import end_publicity

SENDER = "a" * 64


def refusals(results: list[object]) -> list[str]:
    """Their codes; anything else that went wrong is raised."""
    for error in results:
        if isinstance(error, Exception) and not isinstance(error, Refused):
            raise error
    return [error.refusal.code for error in results if isinstance(error, Refused)]


def test_papers_signed_at_once_have_numbers_without_gaps_or_twins(committed_city: City) -> None:
    items = [walk(committed_city, State.APPROVING, procedure="own-finding") for _number in range(4)]
    assert committed_city.supervisor
    assert refusals(race(partial(approve, committed_city, item) for item in items)) == []
    numbers = sorted(Closure.objects.values_list("document_number", flat=True))
    year = timezone.localdate().year
    assert numbers == [f"销号〔{year}〕{number}号" for number in range(1, 5)]


def test_five_objections_at_once_from_one_sender_are_three(committed_city: City) -> None:
    items = [walk(committed_city, State.PUBLICIZING, now=timezone.now()) for _number in range(5)]
    results = race(partial(object_publicly, item, text="仍有垃圾。", sender=SENDER) for item in items)
    assert refusals(results) == ["too-many-objections"] * 2
    assert Objection.objects.count() == 3


def test_two_items_merged_into_each_other_at_once_make_no_circle(committed_city: City) -> None:
    for _round in range(5):
        first, second = register(committed_city), register(committed_city)
        how = {"by": committed_city.dispatcher, "reason": "并案。", "outcome": "merged"}
        results = race(
            [
                partial(services.void, first, **how, merged_into=second.number),
                partial(services.void, second, **how, merged_into=first.number),
            ]
        )
        assert set(refusals(results)) <= {"busy", "merged-into"}
        merged = WorkItem.objects.filter(pk__in=[first.pk, second.pk], merged_into__isnull=False)
        assert merged.count() == 1


def test_an_objection_and_the_end_of_the_notice_at_once(committed_city: City) -> None:
    """Whoever is first: an objection that was taken is decided before anybody closes out."""
    for _round in range(5):
        item = walk(committed_city, State.PUBLICIZING, now=timezone.now())
        over = after_publicity(item)
        results = race(
            [
                partial(end_publicity, item, now=over),
                partial(object_publicly, item, text="仍有垃圾。", sender=f"{item.pk:064}"),
            ]
        )
        item.refresh_from_db()
        was_taken = item.objections.exists()
        assert len(refusals(results)) == 1
        assert (item.state, was_taken) in [(State.PUBLICIZING, True), (State.APPROVING, False)]
