"""I1–I3 and I7: the history of each item is complete, legal, invited, and stays as it was written."""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from django.db import DatabaseError, connection, transaction

from tests.faults.oracle.scene import Answer, Scene
from workflow.lifecycle import Action, State, leads_to
from workflow.models import Event, WorkItem


def every_change_once(scene: Scene) -> Iterator[str]:
    """I1: versions are contiguous, and what a client was told is in the history, once."""
    yield from _gaps()
    known = set(Event.objects.filter(version__isnull=False).values_list("item__number", "version", "action"))
    told = [answer for answer in scene.answers if answer.is_ok and answer.version is not None]
    for answer in told:
        if (answer.number, answer.version, answer.action) not in known:
            yield f"{answer.number}: {answer.action} was answered with v{answer.version}, which the history lacks"
    keys = {(a.number, a.version, a.key) for a in told}
    for (number, version), times in Counter((number, version) for number, version, _key in keys).items():
        if times > 1:
            yield f"{number}: {times} requests were answered with the same v{version}"


def _gaps() -> Iterator[str]:
    versions = Event.objects.filter(version__isnull=False).order_by("item__number", "version")
    rows = versions.values_list("item__number", "item__version", "version")
    for (number, present), found in groupby(rows, key=lambda row: row[:2]):
        written = [version for _number, _present, version in found]
        if written != list(range(1, present + 1)):
            yield f"{number}: is at v{present}, its history says {written}"
    for number in WorkItem.objects.exclude(events__version__isnull=False).values_list("number", flat=True):
        yield f"{number}: has no history"


def nothing_uninvited(scene: Scene) -> Iterator[str]:
    """I2: nothing in the history that nobody asked for; a request without an answer may be either."""
    if scene.spoken_since is None:
        return
    asked = Counter((number, action) for number, action, _key in {_request(answer) for answer in scene.answers})
    of_people = Event.objects.filter(pk__gt=scene.spoken_since, version__isnull=False, actor__isnull=False)
    done = Counter(of_people.values_list("item__number", "action"))
    for (number, action), times in done.items():
        if times > asked[number, action]:
            yield f"{number}: {action} happened {times} times and was asked for {asked[number, action]} times"


def _request(answer: Answer) -> tuple[str, str, str]:
    return answer.number, answer.action, answer.key


def every_step_on_the_road(_scene: Scene) -> Iterator[str]:
    """I3: each step begins where the one before it ended, leads where it may, and the item stands at the end."""
    steps = Event.objects.filter(version__isnull=False).order_by("item__number", "version")
    rows = steps.values_list("item__number", "item__state", "action", "from_state", "to_state")
    for (number, present), found in groupby(rows, key=lambda row: row[:2]):
        at = ""
        for _number, _present, action, begins, ends in found:
            if begins != at:
                yield f"{number}: {action} begins at {begins or 'nothing'}, the item stood at {at or 'nothing'}"
            if not _may(action, begins, ends):
                yield f"{number}: {action} may not lead from {begins} to {ends}"
            at = ends
        if at != present:
            yield f"{number}: its history ends at {at}, it says {present}"


def _may(action: str, begins: str, ends: str) -> bool:
    if action not in Action.values:  # registered, evidence, findings …: no step
        return begins == ends or (action == Event.CREATE and not begins)
    return State(ends) in leads_to(Action(action), State(begins))


def history_is_kept(_scene: Scene) -> Iterator[str]:
    """I7: what is written stays: PostgreSQL refuses to change or delete an event; none is from the future."""
    if not (event := Event.objects.order_by("id").first()):
        return
    for word, statement in {
        "changed": "UPDATE {} SET note = 'x' WHERE id = %s",
        "deleted": "DELETE FROM {} WHERE id = %s",
    }.items():
        if _is_taken(statement.format(Event._meta.db_table), event.pk):
            yield f"an event can be {word}"
    for number in Event.objects.filter(recorded_at__gt=_database_now()).values_list("item__number", flat=True):
        yield f"{number}: an event is from the future"


class _Undone(Exception):
    pass


def _is_taken(statement: str, pk: int) -> bool:
    """Would the database do it? It does not stay done."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(statement, [pk])
            raise _Undone
    except _Undone:
        return True
    except DatabaseError:
        return False


def _database_now() -> object:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
