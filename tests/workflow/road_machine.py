"""Two walk the road together, the real verbs and road_model; each rule is a step of somebody or of the clock."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from accounts.models import User
from tests.people import DEPARTMENTS, PEOPLE, City
from tests.walking import add_evidence, register, shanghai
from tests.workflow.asking import sensible
from tests.workflow.past_history import check_history
from tests.workflow.road_model import DAY, Item, People
from tests.workflow.road_seen import SEEN, as_seen, clocks_of
from workflow import deadline_scan, services
from workflow.deadlines import end_of
from workflow.lifecycle import Action, State, sources_of
from workflow.models import Timer, WorkItem
from workflow.refusal import Refused
from workflow.services.decomposition import Part
from workflow.services.objections import object_publicly

A, S = Action, State
BUSYBODY = "busybody"  # may do everything by role, so that only what he did before is in his way
PROCEDURES = ("petition", "own-finding", "central-inspection", "campaign")


def able(action: Action) -> Callable[["Road"], bool]:
    """Is there an item from whose state the action starts?"""
    return lambda self: any(item.state in sources_of(action) for item in self.items)


class Road(RuleBasedStateMachine):
    """The real thing on the one hand, the model on the other."""

    def __init__(self, city: City, people: People, done: Counter[Action]) -> None:
        super().__init__()
        self.city, self.people, self.done = city, people, done
        self.places = {getattr(city, name).pk: name for name in DEPARTMENTS}
        self.users = {name: User.objects.get(username=name) for name in people}
        self.items: list[Item] = []
        self.now = shanghai(2023, 3, 6)
        self.block = transaction.atomic()
        self.block.__enter__()

    def teardown(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            check_history([item.number for item in self.items])
        finally:
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    @property
    def today(self) -> date:
        return self.now.date()

    @initialize(data=st.data(), code=st.sampled_from(PROCEDURES), steps=st.integers(0, 9))
    def begin(self, data: st.DataObject, code: str, steps: int) -> None:
        """Stories begin anywhere on the road."""
        row = register(self.city, procedure=code, now=self.now)
        self.items.append(Item(row.procedure, row.number))
        for _ in range(steps):
            self.go_on(data)

    def go_on(self, data: st.DataObject) -> None:
        """The next step of an item that goes well."""
        item = self.draw(data, [part for part in self.items if not part.open_parts])
        match item.state:
            case S.DRAFT:
                self.assign(data, "environment", 40, item)
            case S.ASSIGNED:
                self.accept(data, item)
            case S.RECTIFYING if not item.files:
                self.add_a_file(data, item)
            case S.RECTIFYING:
                self.submit(data, item)
            case S.VERIFYING:
                self.verify(data, "pass", item)
            case S.PUBLICIZING if item.objections:
                self.resolve(data, False, item)
            case S.PUBLICIZING:
                self.now = max(self.now, end_of(item.notice_until))
                self.scan()
            case S.APPROVING:
                self.approve(data, item)
            case S.CLOSED if item.to_file:
                self.file(data, item)
            case S.CLOSED if item.look_backs:
                self.look_back(data, "holds", item)
            case S.SUSPENDED if item.parent is None:
                self.resume(data, item)

    go_on_again = rule(data=st.data())(go_on)
    go_on_and_on = rule(data=st.data())(go_on)
    go_on_for_ever = rule(data=st.data())(go_on)

    # -- people act ----------------------------------------------------------------------------------------------------

    @staticmethod
    def draw(data: st.DataObject, items: list[Item]) -> Item:
        """By number: a story is easier to read so."""
        by_number = {item.number: item for item in items}
        return by_number[data.draw(st.sampled_from(sorted(by_number)), "item")]

    def choose(self, data: st.DataObject, action: Action, item: Item | None = None) -> tuple[Item, str]:
        """An item from whose state the action starts, and somebody who may take it, if there is anybody."""
        possible = [item for item in self.items if item.state in sources_of(action)]
        item = item or self.draw(data, possible)
        able = [who for who in self.people if item.refuse(action, who, self.people, self.today) is None]
        return item, data.draw(st.sampled_from(able or sorted(self.people)), "who")

    def act(
        self, item: Item, action: Action, who: str, follow: Callable[[], Any], code: str | None = None, **given: Any
    ):
        """The verb and the model do the same, or the verb says no with the model's code (`code`: about the input)."""
        expected = item.refuse(action, who, self.people, self.today) or code
        found = self.call(item, action, who, item.version, **given)
        assert found == expected, f"{action} by {who} on {item}: {found}, expected {expected}"
        if expected is None:
            self.done[action] += 1
            follow()

    def call(self, item: Item, action: Action, who: str, version: int, **given: Any) -> str | None:
        row = WorkItem.objects.get(number=item.number)
        try:
            services.VERBS[action](row, by=self.users[who], version=version, now=self.now, **given)
        except Refused as refused:
            return refused.refusal.code
        finally:
            self.now += timedelta(minutes=1)
        return None

    @precondition(able(A.ASSIGN))
    @rule(data=st.data(), lead=st.sampled_from(["environment", "water", "tongbai"]), days=st.integers(0, 60))
    def assign(self, data: st.DataObject, lead: str, days: int, item: Item | None = None) -> None:
        item, who = self.choose(data, A.ASSIGN, item)
        due_on, central = self.today + days * DAY, item.rules.verifier_is_not_lead
        chain = ["water", "office"] if central or data.draw(st.booleans(), "two stages") else ["office"]
        helpers = ["xixia"] if data.draw(st.booleans(), "helpers") else []
        parties = [("verify", place) for place in chain] + [("joint", place) for place in helpers]
        given = {
            "lead": getattr(self.city, lead),
            "departments": [(role, getattr(self.city, place)) for role, place in parties],
            "due_on": due_on,
            "measures": "清运",
            "standard": "无堆存",
        }
        late = item.parent and due_on > item.parent.latest_for_parts(self.today)
        early = any(part.due_on > due_on for part in item.open_parts)
        code = "deadline" if late or early else "verifier-is-lead" if central and lead in chain else None
        self.act(item, A.ASSIGN, who, lambda: item.hand_out(lead, due_on, self.today, chain, helpers), code, **given)

    @precondition(able(A.ACCEPT))
    @rule(data=st.data())
    def accept(self, data: st.DataObject, item: Item | None = None) -> None:
        item, who = self.choose(data, A.ACCEPT, item)
        self.act(item, A.ACCEPT, who, item.accept)

    @precondition(able(A.DECLINE))
    @rule(data=st.data())
    def decline(self, data: st.DataObject) -> None:
        item, who = self.choose(data, A.DECLINE)
        self.act(item, A.DECLINE, who, item.decline, reason="否")

    @precondition(able(A.TRANSFER))
    @rule(data=st.data(), lead=st.sampled_from(["environment", "water", "tongbai", "xixia"]))
    def transfer(self, data: st.DataObject, lead: str) -> None:
        item, who = self.choose(data, A.TRANSFER)
        wrong = "verifier-is-lead" if item.rules.verifier_is_not_lead and lead in item.chain else None
        code = "same-lead" if lead == item.lead else wrong
        given = {"department": getattr(self.city, lead), "reason": "属地"}
        self.act(item, A.TRANSFER, who, lambda: item.pass_on(lead, self.today), code, **given)

    @precondition(lambda self: any(item.cooperating for item in self.items) and able(A.ACKNOWLEDGE)(self))
    @rule(data=st.data())
    def acknowledge(self, data: st.DataObject) -> None:
        item, who = self.choose(data, A.ACKNOWLEDGE)
        self.act(item, A.ACKNOWLEDGE, who, lambda: item.acknowledge(who, self.people))

    @precondition(lambda self: len(self.items) == 1 and able(A.DECOMPOSE)(self))
    @rule(data=st.data(), places=st.sets(st.sampled_from(["tongbai", "xixia"]), min_size=1))
    def decompose(self, data: st.DataObject, places: set[str]) -> None:
        item, who = self.choose(data, A.DECOMPOSE)
        taken = {part.lead for part in item.children if part.state != S.VOID}
        new = [place for place in sorted(places) if place not in taken]
        parts = [Part(getattr(self.city, place)) for place in sorted(places)]
        code = None if new else "no-parts"
        self.act(item, A.DECOMPOSE, who, lambda: self.items.extend(item.split(new, self.today)), code, parts=parts)

    @precondition(able(A.REPORT))
    @rule(data=st.data())
    def report(self, data: st.DataObject) -> None:
        item, who = self.choose(data, A.REPORT)
        self.act(item, A.REPORT, who, lambda: item.report(who), text="进展", percent=40)

    @precondition(lambda self: self.items)
    @rule(data=st.data())
    def add_a_file(self, data: st.DataObject, item: Item | None = None) -> None:
        """Whoever may; while the item is judged it makes what was passed stale."""
        item = item or self.draw(data, self.items)
        who = data.draw(st.sampled_from([who for who in self.people if item.may_add_a_file(who, self.people)] or [""]))
        if who:
            row = WorkItem.objects.get(number=item.number)
            add_evidence(row, self.users[who], self.now)
            item.add_file(who, self.people)

    @precondition(able(A.REQUEST_EXTENSION))
    @rule(data=st.data(), days=st.integers(-5, 100))
    def request_extension(self, data: st.DataObject, days: int) -> None:
        item, who = self.choose(data, A.REQUEST_EXTENSION)
        due_on = item.due_on + days * DAY
        latest = item.due_on + item.rules.extension_max_days * DAY
        code = "due-on" if item.is_no_later_day(due_on, latest) else None
        follow = partial(item.request_extension, who, due_on)
        self.act(item, A.REQUEST_EXTENSION, who, follow, code, due_on=due_on, reason="雨季")

    @precondition(lambda self: any(item.request for item in self.items))
    @rule(data=st.data(), approved=st.booleans())
    def decide_extension(self, data: st.DataObject, approved: bool) -> None:
        item, who = self.choose(data, A.DECIDE_EXTENSION, self.draw(data, [one for one in self.items if one.request]))
        granted = item.request.due_on if approved else None
        late = approved and self.today > item.due_on
        code = "deadline-passed" if late else "due-on" if approved and item.is_no_later_day(granted) else None
        follow = partial(item.decide_extension, granted)
        self.act(item, A.DECIDE_EXTENSION, who, follow, code, approved=approved, reason="已研究")

    @precondition(lambda self: self.items[0].rules.extension_is_recorded and able(A.DECIDE_EXTENSION)(self))
    @rule(data=st.data(), days=st.integers(-1, 200))
    def record_extension(self, data: st.DataObject, days: int) -> None:
        """What the higher level approved, with the scan of its paper."""
        item, who = self.choose(data, A.DECIDE_EXTENSION)
        row, due_on = WorkItem.objects.get(number=item.number), item.due_on + days * DAY
        scan = add_evidence(row, self.users["dispatcher"], self.now)
        item.add_file("dispatcher", self.people)
        given = {"approved": True, "due_on": due_on, "reason": "省里同意", "document_number": "豫2号", "scan": scan.pk}
        code = "due-on" if item.is_no_later_day(due_on) else None
        self.act(item, A.DECIDE_EXTENSION, who, lambda: item.decide_extension(due_on), code, **given)

    @precondition(able(A.SUBMIT))
    @rule(data=st.data())
    def submit(self, data: st.DataObject, item: Item | None = None) -> None:
        item, who = self.choose(data, A.SUBMIT, item)
        self.act(item, A.SUBMIT, who, lambda: item.submit(who), summary="完成")

    @precondition(able(A.VERIFY))
    @rule(data=st.data(), conclusion=st.sampled_from(["pass", "pass", "pass", "supplement", "fail"]))
    def verify(self, data: st.DataObject, conclusion: str, item: Item | None = None) -> None:
        item, who = self.choose(data, A.VERIFY, item)
        given = {"conclusion": conclusion, "opinion": "已核实"}
        self.act(item, A.VERIFY, who, lambda: item.verify(who, conclusion, self.today), **given)

    @precondition(able(A.RETURN))
    @rule(data=st.data())
    def return_(self, data: st.DataObject) -> None:
        item, who = self.choose(data, A.RETURN)
        self.act(item, A.RETURN, who, lambda: item.return_(who), reason="缺照片")

    @precondition(able(A.PUBLISH))
    @rule(data=st.data(), days=st.integers(0, 9))
    def publish(self, data: st.DataObject, days: int) -> None:
        item, who = self.choose(data, A.PUBLISH)
        first = self.today + days * DAY
        self.act(item, A.PUBLISH, who, lambda: item.publish(first), starts_on=first)

    @precondition(able(A.OBJECT))
    @rule(data=st.data())
    def object(self, data: st.DataObject) -> None:
        item, who = self.choose(data, A.OBJECT)
        self.act(item, A.OBJECT, who, item.object, text="仍有垃圾")

    @precondition(able(A.OBJECT_PUBLICLY))
    @rule(data=st.data())
    def object_publicly(self, data: st.DataObject) -> None:
        """Somebody new who is not known here, on the last day of the notice at the latest."""
        item = self.draw(data, [one for one in self.items if one.state == S.PUBLICIZING])
        is_public = item.notice_until and self.today <= item.notice_until
        row = WorkItem.objects.get(number=item.number)
        try:
            object_publicly(row, text="仍有垃圾", sender=uuid4().hex, now=self.now)
        except Refused as refused:
            assert not is_public and refused.refusal.code == "no-publicity"
        else:
            assert is_public
            item.object()

    @precondition(lambda self: any(item.objections for item in self.items) and able(A.RESOLVE_OBJECTION)(self))
    @rule(data=st.data(), upheld=st.booleans())
    def resolve(self, data: st.DataObject, upheld: bool, item: Item | None = None) -> None:
        item, who = self.choose(data, A.RESOLVE_OBJECTION, item)
        self.act(item, A.RESOLVE_OBJECTION, who, lambda: item.resolve(upheld), upheld=upheld, opinion="已查")

    @precondition(able(A.APPROVE))
    @rule(data=st.data())
    def approve(self, data: st.DataObject, item: Item | None = None) -> None:
        item, who = self.choose(data, A.APPROVE, item)
        self.act(item, A.APPROVE, who, lambda: item.approve(self.today), opinion="同意")

    @precondition(able(A.REJECT))
    @rule(data=st.data())
    def reject(self, data: st.DataObject) -> None:
        item, who = self.choose(data, A.REJECT)
        self.act(item, A.REJECT, who, item.reject, reason="材料不全")

    @precondition(lambda self: any(item.to_file for item in self.items))
    @rule(data=st.data())
    def file(self, data: st.DataObject, item: Item | None = None) -> None:
        item, who = self.choose(data, A.FILE, item)
        self.act(item, A.FILE, who, item.file, document_number="豫1号")

    @precondition(lambda self: any(item.look_backs for item in self.items))
    @rule(data=st.data(), finding=st.sampled_from(["holds", "holds", "rebounded", "sham"]))
    def look_back(self, data: st.DataObject, finding: str, item: Item | None = None) -> None:
        item = item or self.draw(data, [one for one in self.items if one.look_backs])
        if data.draw(st.booleans(), "photograph"):
            self.add_a_file(data, item)
        item, who = self.choose(data, A.LOOK_BACK, item)
        code = None if item.fresh else "no-photograph"
        follow = partial(item.look_back, finding == "holds", self.today)
        self.act(item, A.LOOK_BACK, who, follow, code, finding=finding, opinion="已到现场")

    @precondition(able(A.REOPEN))
    @rule(data=st.data())
    def reopen(self, data: st.DataObject) -> None:
        item, who = self.choose(data, A.REOPEN)
        self.act(item, A.REOPEN, who, lambda: item.reopen(self.today), reason="反弹")

    @precondition(able(A.SUSPEND))
    @rule(data=st.data())
    def suspend(self, data: st.DataObject) -> None:
        item, who = self.choose(data, A.SUSPEND)
        self.act(item, A.SUSPEND, who, lambda: item.suspend(self.today), reason="诉讼")

    @precondition(able(A.RESUME))
    @rule(data=st.data())
    def resume(self, data: st.DataObject, item: Item | None = None) -> None:
        item, who = self.choose(data, A.RESUME, item)
        self.act(item, A.RESUME, who, lambda: item.resume(self.today))

    @precondition(able(A.VOID))
    @rule(data=st.data(), seriously=st.sampled_from([False] * 5 + [True]))
    def void(self, data: st.DataObject, seriously: bool) -> None:
        if seriously:  # else most stories would end early
            item, who = self.choose(data, A.VOID)
            self.act(item, A.VOID, who, item.void, reason="重复")

    # -- what should not work ------------------------------------------------------------------------------------------

    @rule(data=st.data(), action=st.sampled_from(sorted(services.VERBS)), who=st.sampled_from([BUSYBODY, *PEOPLE]))
    def trespass(self, data: st.DataObject, action: Action, who: str) -> None:
        """Anybody tries anything, or decides on what he saw before the last change."""
        item = self.draw(data, self.items)
        late = data.draw(st.booleans(), "late")
        expected = "stale" if late else item.refuse(action, who, self.people, self.today)
        if expected is not None:
            assert self.call(item, action, who, item.version - late, **sensible(action, self.city)) == expected

    # -- time ----------------------------------------------------------------------------------------------------------

    @rule(days=st.sampled_from([0, 1, 1, 2, 5, 10, 40]))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days, minutes=1)

    @rule()
    def scan(self) -> None:
        deadline_scan.scan(self.now)
        for item in self.items:
            item.end_publicity(self.today)

    # -- both agree ----------------------------------------------------------------------------------------------------

    @invariant()
    def the_database_is_as_the_model_says(self) -> None:
        clocks: dict[str, set[str]] = {}
        numbers = [item.number for item in self.items]
        running = Timer.objects.filter(item__number__in=numbers, ended_at=None).order_by()
        for number, clock in running.values_list("item__number", "clock"):
            clocks.setdefault(number, set()).add(clock)
        rows = {row["number"]: row for row in WorkItem.objects.filter(number__in=numbers).values(*SEEN)}
        for item in self.items:
            row = rows[item.number]
            row["turn_department_id"] = self.places.get(row["turn_department_id"])
            row["lead_id"] = self.places.get(row["lead_id"])
            assert row == as_seen(item), f"{item}"
            assert clocks.get(item.number, set()) == clocks_of(item), f"{item}"
