"""An item at any place of its road, walked there by the real verbs; no state is ever written.

`walk(city, State.VERIFYING)` is all that most tests need. Each step is a function of its own as well: `assign`,
`accept`, `submit`, `verify` …, with somebody who may and something sensible to say, all of it replaceable.
"""

import io
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from PIL import Image

from accounts.models import Department, User
from accounts.roles import Role
from tests.people import City
from workflow import services
from workflow.deadlines import BUSINESS_ZONE
from workflow.lifecycle import State
from workflow.models import Evidence, Procedure, Source, WorkItem
from workflow.models.closing import Standard
from workflow.services import evidence
from workflow.services.numbering import next_numbers
from workflow.services.publicity import end_publicity
from workflow.services.registration import new_item, record_creation, register_issue, year_of

KINDS = {
    "central-inspection": Source.Kind.CENTRAL,
    "provincial-inspection": Source.Kind.PROVINCIAL,
    "petition": Source.Kind.PETITION,
    "own-finding": Source.Kind.OWN,
    "plan-task": Source.Kind.PLAN,
    "campaign": Source.Kind.CAMPAIGN,
}
ROAD = (
    State.DRAFT,
    State.ASSIGNED,
    State.RECTIFYING,
    State.VERIFYING,
    State.PUBLICIZING,
    State.APPROVING,
    State.CLOSED,
)
A_MONTH = timedelta(days=30)  # longer than any publicity
TERM = timedelta(days=60)  # from assignment to deadline
ALL_MET = {f"checklist_{standard}": "on" for standard in Standard.values}  # as the page's form sends it
counter = count(1)


def _pixel() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (1, 1), "green").save(out, "JPEG")
    return out.getvalue()


_PIXEL = _pixel()


def shanghai(year: int, month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    """A moment on the clocks of the city."""
    return datetime(year, month, day, hour, minute, tzinfo=BUSINESS_ZONE)


def day_of(moment: datetime | None) -> date:
    return (moment or timezone.now()).astimezone(BUSINESS_ZONE).date()


def walk(
    city: City,
    to: State,
    *,
    procedure: str = "petition",
    lead: Department | None = None,
    departments: Any = None,
    now: datetime | None = None,
) -> WorkItem:
    """A new item in this state. It sets out at `now`; without it a month ago, so that it stands there today.

    A procedure without publicity skips that state on its way; asking for it then fails.
    """
    now = now or timezone.now() - A_MONTH
    item = register(city, procedure=procedure, now=now)
    if to == State.VOID:
        return void(city, item, now=now)
    stop = State.RECTIFYING if to == State.SUSPENDED else to
    for step in _steps(city, lead, departments):
        if item.state == stop:
            return suspend(city, item, now=now) if to == State.SUSPENDED else item
        item = step(item, now)
        if item.state == State.PUBLICIZING and to != State.PUBLICIZING:
            now = after_publicity(item)
    assert item.state == to, f"{procedure} does not lead to {to}"
    return item


def _steps(city: City, lead: Department | None, departments: Any) -> Iterator[Callable[[WorkItem, datetime], WorkItem]]:
    others = {} if departments is None else {"departments": departments}
    yield lambda item, now: assign(city, item, lead=lead or city.environment, **others, now=now)
    yield lambda item, now: accept(city, item, now=now)
    yield lambda item, now: submit(city, item, now=now)
    yield lambda item, now: verify_all(city, item, now=now)
    yield lambda item, now: end_publicity(item, now=now) if item.state == State.PUBLICIZING else item
    yield lambda item, now: approve(city, item, now=now)


# -- steps -------------------------------------------------------------------------------------------------------------


def source(city: City, procedure: str = "petition") -> Source:
    """The batch of this procedure, made at the first asking."""
    found, _ = Source.objects.get_or_create(
        procedure=Procedure.objects.filter(code=procedure).latest("revision"),
        office=city.office,
        kind=KINDS[procedure],
        title=f"{procedure} 批次",
        defaults={"created_by": city.dispatcher, "created_at": timezone.now()},
    )
    return found


def register(city: City, *, procedure: str = "petition", now: datetime | None = None, **fields: Any) -> WorkItem:
    given = {"by": city.dispatcher, "title": f"问题 {next(counter)}", "description": "河道边堆放建筑垃圾。"} | fields
    if procedure == "plan-task":
        return _task(source(city, procedure), now=now or timezone.now(), **given)
    return register_issue(source(city, procedure), now=now, **given)


@transaction.atomic
def _task(plan: Source, *, by: User, now: datetime, **fields: Any) -> WorkItem:
    """As the import of a plan makes it."""
    (number,) = next_numbers(plan, year_of(now))
    item = new_item(plan, number, by, now, kind=WorkItem.Kind.TASK, **fields)
    item.save()
    record_creation([item], by, now)
    return item


def assign(city: City, item: WorkItem, *, now: datetime | None = None, **given: Any) -> WorkItem:
    """Where the supervising department verifies, the water bureau is that, unless others are named."""
    chain = item.procedure.chain
    elements = {
        "lead": city.environment,
        "departments": [("supervise", city.water)] if "supervise" in chain else [],
        "due_on": day_of(now) + TERM,
        "measures": "清运垃圾。",
        "standard": "无堆存。",
    }
    return services.assign(item, now=now, **{"by": city.dispatcher, **elements, **given})


def accept(city: City, item: WorkItem, *, now: datetime | None = None, **given: Any) -> WorkItem:
    by = given.pop("by", None) or holder(Role.CLERK, item.lead)
    return services.accept(item, by=by, now=now, **given)


def photo(number: int | None = None) -> SimpleUploadedFile:
    """A real JPEG of one pixel; its comment makes every one another file."""
    remark = str(number or next(counter)).encode()
    comment = b"\xff\xfe" + (len(remark) + 2).to_bytes(2) + remark
    return SimpleUploadedFile("整改后.jpg", _PIXEL[:2] + comment + _PIXEL[2:])


def add_evidence(item: WorkItem, by: User, now: datetime | None = None, **given: Any) -> Evidence:
    """A new photograph; its file lies in the throw-away data directory of the tests."""
    return evidence.add_evidence(item, by=by, now=now, **{"file": photo(), "kind": Evidence.Kind.AFTER, **given})


def submit(city: City, item: WorkItem, *, now: datetime | None = None, **given: Any) -> WorkItem:
    """With a new photograph."""
    by = given.pop("by", None) or holder(Role.CLERK, item.lead)
    add_evidence(item, by, now)
    return services.submit(item, by=by, now=now, **{"summary": "垃圾已清运。", **given})


def verify(city: City, item: WorkItem, *, now: datetime | None = None, **given: Any) -> WorkItem:
    """One stage."""
    by = given.pop("by", None) or holder(Role.VERIFIER, item.turn_department)
    return services.verify(item, by=by, now=now, **{"conclusion": "pass", "opinion": "现场已核实。", **given})


def verify_all(city: City, item: WorkItem, *, now: datetime | None = None) -> WorkItem:
    """Every stage that is left, passed."""
    while item.state == State.VERIFYING:
        item = verify(city, item, now=now)
    return item


def after_publicity(item: WorkItem) -> datetime:
    """The morning after the last day of the running notice."""
    ends_on = item.publicities.get(ended_at__isnull=True).ends_on
    return datetime.combine(ends_on + timedelta(days=1), time(9), BUSINESS_ZONE)


def approve(city: City, item: WorkItem, *, now: datetime | None = None, **given: Any) -> WorkItem:
    return services.approve(item, now=now, **{"by": city.supervisor, "opinion": "同意销号。", **given})


def void(city: City, item: WorkItem, *, now: datetime | None = None, **given: Any) -> WorkItem:
    return services.void(item, now=now, **{"by": city.dispatcher, "reason": "与另一件重复。", **given})


def suspend(city: City, item: WorkItem, *, now: datetime | None = None, **given: Any) -> WorkItem:
    return services.suspend(item, now=now, **{"by": city.supervisor, "reason": "等待上级批复。", **given})


def resume(city: City, item: WorkItem, *, now: datetime | None = None, **given: Any) -> WorkItem:
    return services.resume(item, now=now, **{"by": city.supervisor, **given})


def holder(role: Role, department: Department) -> User:
    """The first person who holds this role there, read anew."""
    return User.objects.filter(memberships__role=role, memberships__department=department).earliest("pk")
