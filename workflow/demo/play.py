"""What happens in the demo: the plan of past years, mostly closed, and two dozen issues of the last months."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import Department, Region, User
from notifications.services import mark_read
from workflow import seeding
from workflow.deadlines import BUSINESS_ZONE, business_day
from workflow.demo import people
from workflow.demo.stage import Plot, Stage
from workflow.demo.story import History, dispatcher_of
from workflow.importing import loader
from workflow.lifecycle import DepartmentRole
from workflow.models import Petition, Procedure, Source, WorkItem
from workflow.services.petitions import Complaint
from workflow.services.registration import register_issue

PLAN = seeding.FIXTURES / "documents" / "plan-2023-2025.txt"
MAIL_SINCE = timedelta(days=3)  # people get mail about what happened since then
READ_UNTIL = timedelta(days=7)  # messages older than this have been read
# Tasks of the plan that did not go smoothly; all others were closed in time.
UNUSUAL = {
    4: "overdue",
    9: "closed_late",
    12: "overdue",
    14: "closed_late",
    17: "returned",
    19: "reopened",
    22: "verifying",
}
# So many days ago an issue was submitted that is to stand there today.
HANDED_IN_DAYS_AGO = {
    "verifying": 3,
    "supplement": 4,
    "returned": 6,
    "publicizing": 5,
    "objected": 5,
    "approving": 26,
}


def perform_demo(now: datetime) -> None:
    """Play the whole demo up to now (aware)."""
    stage = Stage(now)
    office = Department.objects.get(kind=Department.Kind.OFFICE)
    _plan_history(stage, office)
    _issues(stage, office)
    stage.play(until=now - MAIL_SINCE)
    people.give_addresses()
    stage.play(until=now)
    _date_the_messages(now)


# -- the plan ----------------------------------------------------------------------------------------------------------


def _plan_history(stage: Stage, office: Department) -> None:
    by = dispatcher_of(office)
    imported = datetime.combine(date(2023, 9, 18), time(10), BUSINESS_ZONE)
    plan_import = loader.receive(PLAN.read_bytes(), PLAN.name, office=office, by=by, now=imported)
    source = loader.confirm(plan_import, by=by, now=imported)
    for item in source.items.select_related("procedure", "lead", "office").order_by("number"):
        History(stage, item, _plan_plot(stage, item)).plan()


def _plan_plot(stage: Stage, item: WorkItem) -> Plot:
    ends = UNUSUAL.get(item.task_number, "closed")
    due_on = item.due_on
    handed_in = {
        "closed_late": due_on + timedelta(days=24),
        "verifying": stage.today - timedelta(days=4),
        "reopened": due_on - timedelta(days=20),
    }.get(ends, due_on - timedelta(days=5 + item.task_number))
    return Plot(
        lead=item.lead or item.assignments.filter(role=DepartmentRole.JOINT).first().department,
        measures=item.description,
        standard=item.target or "按方案要求全面完成，佐证资料齐全，经现场核查无反弹。",
        began=date(2023, 9, 20) + timedelta(days=item.task_number % 5),
        due_on=due_on,
        ends=ends,
        handed_in=handed_in,
    )


# -- issues and petitions ----------------------------------------------------------------------------------------------


def _issues(stage: Stage, office: Department) -> None:
    story = seeding.read("demo-issues")
    by = dispatcher_of(office)
    rows = sorted(story["items"], key=lambda row: -row["began"])
    oldest = stage.now - timedelta(days=rows[0]["began"] + 2)
    sources = {key: _source(row, office, by, oldest) for key, row in story["sources"].items()}
    for row in rows:
        _issue(stage, sources[row["source"]], row, by)


def _source(row: dict[str, str], office: Department, by: User, at: datetime) -> Source:
    year = at.astimezone(BUSINESS_ZONE).year
    return Source.objects.create(
        kind=row["kind"],
        title=row["title"].format(year=year),
        document_number=row["document_number"].format(year=year),
        issued_on=business_day(at),
        procedure=Procedure.objects.current(office).get(code=row["procedure"]),
        office=office,
        created_by=by,
        created_at=at,
    )


def _issue(stage: Stage, source: Source, row: dict[str, Any], by: User) -> None:
    morning = datetime.combine(stage.today - timedelta(days=row["began"]), time(8, 40), BUSINESS_ZONE)
    began = min(morning, stage.now)
    item = register_issue(
        source,
        by=by,
        title=row["title"],
        description=row["description"],
        region=Region.objects.get(name=row["region"]),
        external_ref=row.get("ref", ""),
        complaint=_complaint(row, began) if source.kind == Source.Kind.PETITION else None,
        now=began,
    )
    History(stage, item, _issue_plot(stage, row, morning.date())).plan()


def _complaint(row: dict[str, Any], received: datetime) -> Complaint:
    """`repeats`: the petition's number of an earlier one."""
    earlier = WorkItem.objects.filter(external_ref=row.get("repeats", "—")).first()
    return Complaint(
        channel=row.get("channel", Petition.Channel.HOTLINE),
        batch="第一批",
        received_on=business_day(received),
        place=row.get("place", ""),
        sub_issues=tuple(row.get("matters", ())),
        repeat_of=earlier.number if earlier else "",
    )


def _issue_plot(stage: Stage, row: dict[str, Any], began: date) -> Plot:
    departments = {unit.name: unit for unit in Department.objects.all()}
    return Plot(
        lead=departments[row["lead"]],
        measures=row["measures"],
        standard=row["standard"],
        began=began,
        due_on=began + timedelta(days=row["days"]),
        ends=row["ends"],
        supervise=departments.get(row.get("supervise", "")),
        percent=row.get("percent", 50),
        parts=[departments[name] for name in row.get("parts", [])],
        passed_to=departments.get(row.get("passed_to", "")),
        handed_in=_handed_in(stage, row, began),
    )


def _handed_in(stage: Stage, row: dict[str, Any], began: date) -> date:
    if row["ends"] in HANDED_IN_DAYS_AGO:
        return stage.today - timedelta(days=HANDED_IN_DAYS_AGO[row["ends"]])
    late = 9 if row["ends"] == "closed_late" else -row["days"] // 3
    return began + timedelta(days=row["days"] + late)


# -- messages ----------------------------------------------------------------------------------------------------------


def _date_the_messages(now: datetime) -> None:
    """A message is as old as the event it tells of; what is older than a week has been read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_message SET created_at = event.at FROM workflow_event AS event "
            "WHERE event.id = split_part(dedup_key, ':', 2)::bigint AND dedup_key LIKE 'event:%%'"
        )
    for user in User.objects.filter(is_machine=False):
        old = user.messages.filter(created_at__lt=now - READ_UNTIL)
        mark_read(user, old.values_list("pk", flat=True))


def seed_demo(accounts: Path, now: datetime | None = None) -> bool:
    """Make the demo once; False if it is there already."""
    if User.objects.filter(is_machine=False).exists():
        return False
    cast = seeding.read("demo-people")
    users = people.create_people(cast)
    clients = people.register_clients(cast)
    perform_demo(now or timezone.now())
    people.write_accounts(accounts, users, clients)
    return True
