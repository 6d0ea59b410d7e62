"""Every reading rule: who sees what, whose turn it is, what is overdue. Nothing else decides about reading."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet

from accounts.models import Department, User, today
from accounts.prepared import Prepared
from accounts.roles import Permission
from notifications.models import Channel, Delivery, Endpoint
from workflow.batches import BESIDES_THE_WORK, JUDGING, WORKING
from workflow.lifecycle import GOING_ON, IN_WORK, PARTY_PERMISSION, Party, State
from workflow.models import (
    Assignment,
    Event,
    Evidence,
    Extension,
    LookBack,
    Paper,
    Procedure,
    Proposal,
    Publicity,
    Source,
    Submission,
    WorkItem,
)
from workflow.needs import COOPERATING

LOOK_BACK_AHEAD = timedelta(days=14)  # a look-back lies in the inbox from so many days before its day


def visible_to(user: User) -> QuerySet[WorkItem]:
    """Items of the person's office; once handed out, those of his city, those on which his department has a part, and
    those that his department is to approve."""
    seen = _has_a_part(user.departments_with(Permission.SEE_DEPARTMENT))
    if approving := user.departments_with(Permission.APPROVE):
        seen |= _goes_to(approving)
    if cities := user.departments_with(Permission.SEE_CITY):
        seen |= Q(office__superior__in=cities)
    return WorkItem.objects.filter(
        Q(office__in=user.departments_with(Permission.SEE_OFFICE)) | Q(assigned_at__isnull=False) & seen
    )


def with_a_part_first(user: User, items: QuerySet[WorkItem]) -> QuerySet[WorkItem]:
    """The same of what the person sees, looked for among the items of his departments and not among all there are.

    The right way where few are found, and as many rows are read as his departments have items.
    """
    if user.departments_with(Permission.SEE_CITY):
        return items
    departments = user.departments_with(Permission.SEE_DEPARTMENT)
    parts = Assignment.objects.filter(department__in=departments).order_by().values("item_id")
    of_wholes = WorkItem.objects.filter(parent__isnull=False, parent__assignments__department__in=departments)
    own = ArraySubquery(parts.union(of_wholes.order_by().values("id")))
    has_a_part = Func(F("pk"), own, arg_joiner=" = ANY(", template="%(expressions)s)", output_field=BooleanField())
    seen = Q(office__in=user.departments_with(Permission.SEE_OFFICE)) | Q(has_a_part)
    if approving := user.departments_with(Permission.APPROVE):
        seen |= _goes_to(approving)
    return items.filter(seen)


_NAMED = ("source", "section", "region", "parent", "office", "turn_department", "procedure")
_ITEMS = Prepared(lambda: WorkItem.objects.select_related(*_NAMED).order_by(), "id")


def found_with_names(pks: Iterable[int]) -> list[WorkItem]:
    """Items in the order of these ids, which `visible_to` has found, with the rows that they name. One query."""
    pks = list(pks)
    found = {item.pk: item for item in _ITEMS(pks)}
    return [found[pk] for pk in pks if pk in found]


def visible_to_department(department: int) -> QuerySet[WorkItem]:
    """What may be told to a department as a whole, in the group in which its robot speaks."""
    seen = _has_a_part([department]) | _goes_to([department])
    return WorkItem.objects.filter(Q(office=department) | Q(assigned_at__isnull=False) & seen)


def _has_a_part(departments: Collection[int]) -> Q:
    """In the item, or in the whole of which it is a part."""
    parts = Assignment.objects.filter(department__in=departments)
    of_parent = Q(Exists(parts.filter(item=OuterRef("parent_id"))))
    return Q(Exists(parts.filter(item=OuterRef("pk")))) | Q(parent__isnull=False) & of_parent


def _goes_to(departments: Collection[int]) -> Q:
    """For approval: the procedure names one of these departments in the place of the office."""
    return Q(procedure__in=Procedure.objects.filter(approving_department__in=departments).values("pk"))


def sources_visible_to(user: User) -> QuerySet[Source]:
    """Sources kept by the person's office, and those of the items he sees."""
    items = visible_to(user).filter(source=OuterRef("pk"))
    return Source.objects.filter(
        Q(office__in=user.departments_with(Permission.SEE_OFFICE))
        | Q(office__superior__in=user.departments_with(Permission.SEE_CITY))
        | Exists(items)
    )


def events_visible_to(user: User) -> QuerySet[Event]:
    """What happened to the items that the person sees."""
    return Event.objects.filter(item__in=visible_to(user))


def webhooks_visible_to(user: User) -> QuerySet[Endpoint]:
    """Those that this API client set up: whoever may change the address of one turns to himself what its owner sees."""
    return Endpoint.objects.filter(channel=Channel.WEBHOOK, owner=user, is_active=True)


def deliveries_visible_to(user: User) -> QuerySet[Delivery]:
    """What was sent to these webhooks, or is to be sent."""
    return Delivery.objects.filter(endpoint__in=webhooks_visible_to(user))


def evidence_visible_to(user: User) -> QuerySet[Evidence]:
    """Evidence of the items that the person sees."""
    return Evidence.objects.filter(item__in=visible_to(user))


def offices_of(user: User) -> QuerySet[Department]:
    """The committee offices whose procedures concern a person: his own, or those of his departments' cities."""
    own = user.departments_with(Permission.SEE_OFFICE)
    governed = user.departments_with(Permission.SEE_CITY)
    cities = Department.objects.filter(pk__in=user.departments_with(Permission.SEE_DEPARTMENT)).values("superior")
    of_cities = Q(superior__in=cities) | Q(superior__in=governed)
    return Department.objects.filter(Q(pk__in=own) | Q(kind=Department.Kind.OFFICE) & of_cities).order_by("pk")


def procedures_in_force(user: User) -> QuerySet[Procedure]:
    """For the offices of this person; those shipped if he has none."""
    found = Procedure.objects.none()
    for office in offices_of(user) or [None]:
        found = found | Procedure.objects.current(office)
    return found.order_by("id")


def procedures_visible_to(user: User) -> QuerySet[Procedure]:
    """Every revision of his offices, the shipped ones, and those by which an item goes that he sees."""
    of_items = visible_to(user).values("procedure")
    return Procedure.objects.filter(Q(office=None) | Q(office__in=offices_of(user)) | Q(pk__in=of_items))


def awaiting(user: User) -> QuerySet[WorkItem]:
    """Items whose turn is this person's: the inbox. What he submitted or verified himself is left to a colleague."""
    mine = Q(pk__in=[])
    for party, permission in PARTY_PERMISSION.items():
        if departments := user.departments_with(permission):
            mine |= Q(turn_party=party, turn_department__in=departments)
    here = Q(item=OuterRef("pk"), cycle=OuterRef("cycle"))
    own = Event.objects.filter(actor=user).exclude(BESIDES_THE_WORK)
    worked = Q(Exists(own.filter(here | Q(item__parent=OuterRef("pk")), action__in=WORKING)))
    judged = Q(Exists(own.filter(here, action__in=JUDGING)))
    return WorkItem.objects.filter(mine).exclude(
        Q(turn_party__in=[Party.VERIFIER, Party.INSPECTOR]) & worked
        | Q(turn_party=Party.APPROVER) & (worked | judged)
        | Q(turn_party=Party.INSPECTOR) & ~_to_look_back_at_soon()
    )


def _to_look_back_at_soon() -> Q:
    pending = LookBack.objects.filter(item=OuterRef("pk"), finding="", dropped_at=None)
    return Q(Exists(pending.filter(due_on__lte=today() + LOOK_BACK_AHEAD)))


def to_acknowledge(user: User) -> QuerySet[WorkItem]:
    """Items in work on which a department of this person cooperates and has not said that it knows."""
    own = user.departments_with(Permission.HANDLE)
    silent = Assignment.objects.filter(department__in=own, role__in=COOPERATING, acknowledged_at=None)
    return WorkItem.objects.filter(Exists(silent.filter(item=OuterRef("pk"))), state__in=IN_WORK)


def extensions_to_decide(user: User) -> QuerySet[WorkItem]:
    """Items whose lead asks for an extension that this person may decide; not one that he asked for himself."""
    asked = Extension.objects.filter(item=OuterRef("pk"), is_approved=None, lapsed_at=None).exclude(asked_by=user)
    return WorkItem.objects.filter(
        Q(Exists(asked.filter(decider=Party.OFFICE)), office__in=user.departments_with(Permission.DISPATCH))
        | Q(Exists(asked.filter(decider=Party.APPROVER))) & _approved_by(user),
        state=State.RECTIFYING,
    )


def _approved_by(user: User) -> Q:
    """Items of which this person is a supervisor."""
    approving = user.departments_with(Permission.APPROVE)
    return _goes_to(approving) | Q(procedure__approving_department=None, office__in=approving)


def papers_to_sign(user: User) -> QuerySet[WorkItem]:
    """Items with a measure that the clock proposed and that this person may take or dismiss."""
    proposed = Proposal.objects.filter(item=OuterRef("pk"), status=Proposal.Status.OPEN)
    return WorkItem.objects.filter(_approved_by(user), Exists(proposed), state__in=GOING_ON)


def papers_to_answer(user: User) -> QuerySet[WorkItem]:
    """Items with a paper that waits for the answer of a department of this person."""
    own = user.departments_with(Permission.HANDLE)
    waiting = Paper.objects.filter(department__in=own, answered_at=None, due_on__isnull=False)
    of_item = waiting.filter(item=OuterRef("pk"), cycle=OuterRef("cycle"))
    return WorkItem.objects.filter(Exists(of_item), state__in=GOING_ON)


def papers_visible_to(user: User) -> QuerySet[Paper]:
    """Papers of the items that the person sees."""
    return Paper.objects.filter(item__in=visible_to(user))


def overdue(today: date) -> Q:
    """The departments' side is late: the deadline has passed, or the day of a supplement that stands in its place."""
    passed = Q(supplement_by__lt=today) | Q(supplement_by__isnull=True, due_on__lt=today)
    return Q(state__in=IN_WORK) & passed


def late(today: date) -> Q:
    """Overdue, or handed in after a deadline once: late-but-done stays late in every figure (DOMAIN rule 4)."""
    return overdue(today) | Q(Exists(Submission.objects.filter(item=OuterRef("pk"), was_late=True)))


# -- without signing in ------------------------------------------------------------------------------------------------

STAYS_PUBLIC = timedelta(days=90)  # after the last day of a notice


def public_notices(today: date) -> QuerySet[Publicity]:
    """Notices that anybody may read: begun, not taken over by another, and over for 90 days at most.

    One from before notices were composed has no text and is not shown.
    """
    begun = Publicity.objects.filter(starts_on__lte=today, ends_on__gte=today - STAYS_PUBLIC)
    return begun.filter(replaced_by=None).exclude(notice={}).order_by("-starts_on", "-pk")


def running(today: date) -> Q:
    """Notices on which one may still object."""
    return Q(ended_at=None, ends_on__gte=today)


def successor_of(pk: int, today: date) -> Publicity | None:
    """The public notice that took over from this one, at once or after others."""
    taken_over = Q(item__publicities=pk, item__publicities__replaced_by__isnull=False)
    return public_notices(today).filter(taken_over, pk__gt=pk).order_by("pk").first()
