"""The city of the matrix: an item in each relation to the environment bureau, marker strings in all that is said of it.

Everything is done by the real verbs. `marker(relation)` stands in every text of an item, its evidence and its history
that only those may read who see it; `source_marker(relation)` in its source,
`hook_marker(relation)` in the name and the address of a webhook.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Department, Region, User
from accounts.roles import Role
from tests import walking
from tests.people import City, hire
from tests.walking import day_of
from workflow import services
from workflow.lifecycle import State
from workflow.models import Source, WorkItem
from workflow.services.decomposition import Part
from workflow.services.petitions import Complaint, SubFinding, record_findings
from workflow.services.publicity import end_publicity
from workflow.services.registration import register_issue
from workflow.services.sources import create_source

HALF_A_YEAR = timedelta(days=180)


def marker(relation: str) -> str:
    return f"SECRET-{relation.upper()}-ITEM"


def source_marker(relation: str) -> str:
    return f"SECRET-{relation.upper()}-SOURCE"


def hook_marker(relation: str) -> str:
    return f"SECRET-{relation.upper()}-WEBHOOK"


class Ground:
    """`items` by relation; `departments` and people of the other city beside those of the City."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.stranger = hire("forestry_clerk", Role.CLERK, city.forestry)
        self._found_another_city()
        lead = city.forestry
        self.items: dict[str, WorkItem] = {
            "own": self._worked("own", city.environment),
            "cooperating": self._worked("cooperating", lead, departments=[("joint", city.environment)]),
            "above": (above := self._above()),
            "part": self._part(above),
            "whole": self._whole(),
            "foreign": self._worked("foreign", lead),
            "former": self._former(),
            "closed": self._closed(),
            "draft": self._draft(),
            "elsewhere": self._elsewhere(),
        }

    def versions(self) -> dict[str, int]:
        numbers = {item.number: relation for relation, item in self.items.items()}
        rows = WorkItem.objects.filter(number__in=numbers).values_list("number", "version")
        return {numbers[number]: version for number, version in rows}

    # -- items -----------------------------------------------------------------------------------------------------

    def _source(self, relation: str, office: Department, by: User) -> Source:
        text = source_marker(relation)
        return create_source(office, by=by, kind=Source.Kind.PETITION, title=text, document_number=text)

    def _registered(self, relation: str, text: str = "", *, now: Any = None, **elsewhere: Any) -> WorkItem:
        """With `text` instead of the marker in what a part takes over from its whole."""
        mark, by = marker(relation), elsewhere.get("by", self.city.dispatcher)
        source = self._source(relation, elsewhere.get("office", self.city.office), by)
        complaint = Complaint(batch=mark, place=mark, sub_issues=(mark, mark))
        words = {"title": mark, "description": text or mark, "external_ref": mark}
        return register_issue(source, by=by, complaint=complaint, now=now, **words)

    def _assigned(self, item: WorkItem, relation: str, lead: Department, text: str = "", **given: Any) -> WorkItem:
        mark = marker(relation)
        words = dict.fromkeys(("measures", "standard", "target"), text or mark)
        return walking.assign(self.city, item, lead=lead, **{"departments": [], "note": mark, **words, **given})

    def _worked(self, relation: str, lead: Department, text: str = "", **given: Any) -> WorkItem:
        """Rectifying, after a first submission that was sent back and a time in which it stood still."""
        mark, supervisor = marker(relation), self.city.supervisor
        item = self._assigned(self._registered(relation, text), relation, lead, text, **given)
        item = self._rectified(services.accept(item, by=self._clerk(lead), note=mark), relation)
        return services.resume(services.suspend(item, by=supervisor, reason=mark), by=supervisor, reason=mark)

    def _rectified(self, item: WorkItem, relation: str) -> WorkItem:
        mark, by = marker(relation), self._clerk(item.lead)
        self._file(item, relation, by)
        if hasattr(item, "petition"):
            matters = [SubFinding(place, "true", mark) for place in (1, 2)]
            record_findings(item, by=by, sub_issues=matters, finding="true", investigation=mark)
        item = services.report(item, by=by, text=mark, percent=40, values={mark: mark}, note=mark)
        asked = item.due_on + timedelta(days=20)
        item = services.request_extension(item, by=by, due_on=asked, reason=mark)
        dispatcher, verifier = self.city.dispatcher, self.city.verifier
        item = services.decide_extension(item, by=dispatcher, approved=False, reason=mark)
        item = services.submit(item, by=by, summary=mark, note=mark)
        seen = {"opinion": mark, "team": mark, "note": mark, "visited_on": day_of(None)}
        item = services.verify(item, by=verifier, conclusion="fail", **seen)
        return services.nudge(item, by=dispatcher, text=mark)

    def _above(self) -> WorkItem:
        whole = self._worked("above", self.city.environment, "整改要求见部分。")
        parts = [Part(self.city.forestry, title=marker("part"), due_on=day_of(None) + timedelta(days=30))]
        return services.decompose(whole, by=self.city.dispatcher, parts=parts, note=marker("above"))

    def _part(self, above: WorkItem) -> WorkItem:
        part = services.accept(above.children.get(), by=self.stranger, note=marker("part"))
        return self._rectified(part, "part")

    def _whole(self) -> WorkItem:
        whole = self._worked("whole", self.city.forestry, "各部分均须清运。")
        parts = [Part(self.city.environment, title="河东段")]
        return services.decompose(whole, by=self.city.dispatcher, parts=parts, note=marker("whole"))

    def _former(self) -> WorkItem:
        mark, lead = marker("former"), self.city.environment
        item = self._assigned(self._registered("former"), "former", lead)
        item = services.accept(item, by=self._clerk(lead))
        self._file(item, "former", self._clerk(lead))
        by = self.city.dispatcher
        item = services.transfer(item, by=by, department=self.city.forestry, reason=mark, note=mark)
        return self._rectified(services.accept(item, by=self.stranger, note=mark), "former")

    def _closed(self) -> WorkItem:
        mark, city, now = marker("closed"), self.city, timezone.now() - HALF_A_YEAR
        item = self._assigned(self._registered("closed", now=now), "closed", city.forestry, now=now)
        item = services.accept(item, by=self.stranger, now=now)
        self._file(item, "closed", self.stranger, now)
        matters = [SubFinding(place, "true", mark) for place in (1, 2)]
        record_findings(item, by=self.stranger, sub_issues=matters, finding="true", investigation=mark, now=now)
        item = services.submit(item, by=self.stranger, summary=mark, now=now)
        item = services.verify(item, by=city.verifier, conclusion="pass", opinion=mark, now=now)
        item = services.publish(item, by=city.dispatcher, starts_on=day_of(now), place=mark, now=now)
        about = {"text": mark, "name": mark, "contact": mark, "channel": "phone"}
        item = services.object_to(item, by=city.dispatcher, now=now, **about)
        item = services.resolve_objection(item, by=city.dispatcher, upheld=False, opinion=mark, now=now)
        now = walking.after_publicity(item)
        item = end_publicity(item, now=now) if item.state == State.PUBLICIZING else item
        return services.approve(item, by=city.supervisor, opinion=mark, outcome="rectified", now=now)

    def _draft(self) -> WorkItem:
        item = self._registered("draft")
        self._file(item, "draft", self.city.dispatcher)
        return item

    def _file(self, item: WorkItem, relation: str, by: User, now: Any = None) -> None:
        file = walking.photo()
        file.name = f"{marker(relation)}.jpg"
        walking.add_evidence(item, by, now, file=file, note=marker(relation))

    def _clerk(self, department: Department) -> User:
        return walking.holder(Role.CLERK, department)

    # -- another city ----------------------------------------------------------------------------------------------

    def _found_another_city(self) -> None:
        region = Region.objects.create(name="洛阳市", kind=Region.Kind.CITY)
        kinds = Department.Kind
        make = Department.objects.create
        government = make(name="洛阳市人民政府", kind=kinds.GOVERNMENT, region=region)
        about = {"region": region, "superior": government}
        self.office_elsewhere = make(name="洛阳市环委办", kind=kinds.OFFICE, **about)
        self.bureau_elsewhere = make(name="洛阳市生态环境局", kind=kinds.MUNICIPAL, **about)
        self.dispatcher_elsewhere = hire("elsewhere_dispatcher", Role.DISPATCHER, self.office_elsewhere)
        hire("elsewhere_clerk", Role.CLERK, self.bureau_elsewhere)

    def _elsewhere(self) -> WorkItem:
        by = self.dispatcher_elsewhere
        item = self._registered("elsewhere", by=by, office=self.office_elsewhere)
        self._file(item, "elsewhere", by)
        return self._assigned(item, "elsewhere", self.bureau_elsewhere, by=by)
