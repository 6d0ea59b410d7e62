"""The road as plain Python: what an item must look like after each step, written from the table of the road and the
rules that always hold. No database, no permissions, no services; test_road_model.py compares it with the real thing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from accounts.roles import Permission
from tests.workflow.road_days import DAY, days_left, with_days_left, working_day
from tests.workflow.road_needs import NEEDS, People, holds, places_of
from tests.workflow.road_seen import turn_of
from workflow.lifecycle import FINISHED, IN_WORK, JUDGED, PARTY_PERMISSION, TRANSITIONS, Action, Party, State

A, P, S = Action, Party, State


@dataclass
class Judgement:
    submission: int
    stage: int
    conclusion: str
    by: str
    seen: Any


@dataclass
class Request:
    by: str
    decider: Party
    due_on: date


@dataclass
class Pause:
    before: State
    since: date
    days_left: int  # to the deadline
    to_accept: int | None  # working days
    to_supplement: int | None


@dataclass
class Alert:
    """What a clock that runs said last since it ran out."""

    lowest: str  # audience
    answering: str | None  # who has to answer the paper whose clock it is
    noted: set[str]


@dataclass(repr=False)
class Item:
    """One item as it should be."""

    rules: Any  # the procedure's parameters
    number: str
    parent: Item | None = None
    children: list[Item] = field(default_factory=list)
    state: State = S.DRAFT
    stage: int = 0
    cycle: int = 1
    version: int = 1
    returns: int = 0
    lead: str = ""
    chain: list[str] = field(default_factory=list)  # who verifies, stage by stage
    supervising: list[str] = field(default_factory=list)
    cooperating: dict[str, bool] = field(default_factory=dict)  # acknowledged?
    due_on: date | None = None
    original: date | None = None
    was_accepted: bool = False
    accept_by: date | None = None
    supplement_by: date | None = None
    worked: set[str] = field(default_factory=set)  # in this cycle
    ever_worked: set[str] = field(default_factory=set)
    judges: set[str] = field(default_factory=set)
    files: int = 0  # of this cycle
    fresh: int = 0  # of them, since it was closed and not shown by a look-back yet
    submissions: list[int | None] = field(default_factory=list)  # each with the one that it supplements
    submitters: list[str] = field(default_factory=list)
    judgements: list[Judgement] = field(default_factory=list)
    notice_until: date | None = None
    objections: int = 0  # open
    request: Request | None = None
    granted: int = 0
    pause: Pause | None = None
    to_file: bool = False
    look_backs: list[date] = field(default_factory=list)
    closures: int = 0
    nudges: list[date] = field(default_factory=list)
    papers: list[str] = field(default_factory=list)  # of this cycle: who has to answer, the oldest first
    proposals: list[str] = field(default_factory=list)  # what the ladder said is seen, not foretold: whom each is late
    alerts: list[Alert] = field(default_factory=list)  # seen as well

    def __repr__(self) -> str:
        return f"{self.number} {self.state} stage {self.stage} cycle {self.cycle} version {self.version}"

    # -- what is judged ------------------------------------------------------------------------------------------------

    @property
    def seen(self) -> tuple[int, int]:
        return self.files, len(self.submissions)

    def chain_of_submissions(self) -> list[int]:
        found, here = [], len(self.submissions) - 1 if self.submissions else None
        while here is not None:
            found.append(here)
            here = self.submissions[here]
        return found

    def stage_to_pass(self) -> int:
        """The first stage whose pass does not stand; 0 when all stand."""
        standing = {len(self.submissions) - 1: self.seen}
        for row in self.judgements:
            if row.conclusion == "supplement":
                standing.setdefault(row.submission, row.seen)
        round_ = self.chain_of_submissions()
        passed = {
            row.stage
            for row in self.judgements
            if row.conclusion == "pass" and row.submission in round_ and standing.get(row.submission) == row.seen
        }
        return next((n for n in range(1, len(self.chain) + 1) if n not in passed), 0)

    @property
    def open_parts(self) -> list[Item]:
        return [part for part in self.children if part.state not in FINISHED]

    # -- who may -------------------------------------------------------------------------------------------------------

    def refuse(self, action: Action, who: str, people: People, today: date) -> str | None:
        """The code of the refusal: the person first, then the state, then what else must hold."""
        rows = [row for row in TRANSITIONS if row.action == action]
        if not any(holds(people[who], right, place) for right, place in self._rights(rows[0].party)):
            return f"not-the-{rows[0].party.value}"
        if self.state not in {source for row in rows for source in row.sources}:
            return "not-in-this-state"
        codes = (NEEDS[need](self, who, people, today) for need in rows[0].needs if need in NEEDS)
        return next((code for code in codes if code), None)

    def _rights(self, party: Party) -> list[tuple[Permission, str]]:
        office, lead = (Permission.DISPATCH, "office"), (Permission.HANDLE, self.lead)
        supervisor = (Permission.APPROVE, "office")
        judging = self.chain if self.stage == 0 else [self.chain[self.stage - 1]]
        judges = [(Permission.VERIFY, place) for place in judging]
        helpers = [(Permission.HANDLE, place) for place in self.cooperating]
        second = self.request and self.request.decider == P.APPROVER
        return {
            P.OFFICE: [office],
            P.LEAD: [lead],
            P.HOLDER: [office, *([lead] if self.rules.departments_may_transfer else [])],
            P.COOPERATING: helpers,
            P.RESPONSIBLE: [lead, *helpers],
            P.DECIDER: [supervisor if second else office],
            P.VERIFIER: judges,
            P.APPROVER: [supervisor],
            P.INSPECTOR: [*judges, office],
            P.OVERSEER: [office, supervisor],
            P.ALERTED: [*self._turn(), office, supervisor, (Permission.SEE_CITY, "government")],
            P.ADDRESSEE: [(Permission.HANDLE, place) for place in self.papers or [self.lead]],
        }[party]

    def _turn(self) -> list[tuple[Permission, str]]:
        """Whose turn it is, and who handles items there, or where a paper waits."""
        party, place = turn_of(self)
        turn = [(PARTY_PERMISSION[party], place)] if party in PARTY_PERMISSION else []
        return turn + [(Permission.HANDLE, where) for where in (place, *self.papers) if where]

    def may_add_a_file(self, who: str, people: People) -> bool:
        """Those who work while it is rectified or judged, the office while it is under way, then who looks back."""
        parties = [P.RESPONSIBLE] if self.state in (S.RECTIFYING, *JUDGED) else []
        parties += [P.OFFICE] if self.state in (*IN_WORK, *JUDGED) else []
        parties += [P.INSPECTOR] if self.state == S.CLOSED and self.look_backs else []
        return any(holds(people[who], right, place) for party in parties for right, place in self._rights(party))

    def works_here(self, who: str, people: People) -> bool:
        return any(holds(people[who], right, place) for right, place in self._rights(P.RESPONSIBLE))

    # -- steps ---------------------------------------------------------------------------------------------------------

    def go(self, state: State, stage: int = 0) -> None:
        """Every step of the road is one version; what hangs on the state before ends."""
        if self.state != state:
            self.request = None
            self.pause = None
        self.state, self.stage = state, stage
        self.version += 1

    def hand_out(self, lead: str, due_on: date, today: date, chain: list[str], helpers: list[str]) -> None:
        self.lead, self.due_on, self.chain = lead, due_on, chain
        self.cooperating = dict.fromkeys(helpers, False)
        self.original = self.original if self.was_accepted else due_on
        self.accept_by = working_day(today, self.rules.accept_days)
        self._hand_on_papers()
        self.go(S.ASSIGNED)

    def accept(self) -> None:
        self.was_accepted, self.accept_by = True, None
        self.go(S.RECTIFYING)

    def decline(self) -> None:
        self.accept_by = None
        self.go(S.DRAFT)

    def pass_on(self, lead: str, today: date) -> None:
        self.cooperating.pop(lead, None)
        self.lead = lead
        self.accept_by, self.supplement_by = working_day(today, self.rules.accept_days), None
        self._hand_on_papers()
        self.go(S.ASSIGNED)

    def _hand_on_papers(self) -> None:
        """Who has no part any more answers nothing."""
        self.papers = [place if place in self.cooperating else self.lead for place in self.papers]

    def acknowledge(self, who: str, people: People) -> None:
        for place in self.cooperating.keys() & places_of(who, people, Permission.HANDLE):
            self.cooperating[place] = True
        self.go(self.state)

    def split(self, places: list[str], today: date) -> list[Item]:
        """Each part is handed out at once, to be checked by whom the whole is checked by."""
        first = len(self.children) + 1
        parts = [Item(self.rules, f"{self.number}-{n:02}", self) for n in range(first, first + len(places))]
        for part, place in zip(parts, places, strict=True):
            part.hand_out(place, max(self.due_on, today), today, list(self.chain), [])
        self.children += parts
        self.go(self.state)
        return parts

    def add_file(self, who: str, people: People) -> None:
        """No version: the item's own fields do not change."""
        self.files += 1
        if self.state == S.CLOSED:
            self.fresh += 1
        elif self.works_here(who, people):
            self._worked(who)

    def report(self, who: str) -> None:
        self._worked(who)
        self.go(self.state)

    def submit(self, who: str) -> None:
        self._worked(who)
        self.submissions.append(len(self.submissions) - 1 if self.supplement_by else None)
        self.submitters.append(who)
        self.supplement_by = None
        self.go(S.VERIFYING, self.stage_to_pass() or 1)

    def _worked(self, who: str) -> None:
        self.worked.add(who)
        self.ever_worked.add(who)

    @property
    def workers(self) -> set[str]:
        """What somebody did on a part counts for the whole, whatever cycle the part was in."""
        return self.worked.union(*(part.ever_worked for part in self.children))

    def verify(self, who: str, conclusion: str, today: date) -> None:
        self.judges.add(who)
        self.judgements.append(Judgement(len(self.submissions) - 1, self.stage, conclusion, who, self.seen))
        if conclusion != "pass":
            self.send_back(counts=conclusion == "fail")
            if conclusion == "supplement":
                self.supplement_by = working_day(today, self.rules.supplement_days)
        elif stage := self.stage_to_pass():
            self.go(S.VERIFYING, stage)
        elif self.rules.publicity_days:
            self.notice_until = working_day(today - DAY, self.rules.publicity_days)
            self.go(S.PUBLICIZING)
        else:
            self.go(S.PUBLICIZING if self.objections else S.APPROVING)

    def send_back(self, *, counts: bool = True) -> None:
        self.returns += counts
        self.notice_until = self.supplement_by = None
        self.go(S.RECTIFYING)

    def return_(self, who: str) -> None:
        self.judges.add(who)
        self.send_back()

    def object(self) -> None:
        self.objections += 1
        self.go(S.PUBLICIZING)

    def resolve(self, upheld: bool) -> None:
        self.objections -= 1
        if self.state == S.RECTIFYING:  # supplementing a few papers is no longer enough
            self.supplement_by = None if upheld else self.supplement_by
            self.go(self.state)
        elif upheld:
            self.send_back()
        elif self.state == S.VERIFYING:
            self.go(self.state, self.stage)
        else:
            self.go(S.PUBLICIZING if self.notice_until or self.objections else S.APPROVING)

    def publish(self, first: date) -> None:
        """The first day counts."""
        self.notice_until = working_day(first - DAY, self.rules.publicity_days)
        self.go(S.PUBLICIZING)

    def end_publicity(self, today: date) -> bool:
        """The only step that time takes by itself (rule 5)."""
        over = self.state == S.PUBLICIZING and not self.objections and self.notice_until and today > self.notice_until
        if over:
            self.notice_until = None
            self.go(S.APPROVING)
        return bool(over)

    def approve(self, today: date) -> None:
        self.closures += 1
        self.to_file = bool(self.rules.files_to)
        if self.parent is None and self.rules.look_back_share == 100:
            self.look_backs = [today + days * DAY for days in self.rules.look_back_days]
        self.go(S.CLOSED)

    def reject(self) -> None:
        if stage := self.stage_to_pass():
            self.go(S.VERIFYING, stage)
        else:
            self.send_back()

    def file(self) -> None:
        self.to_file = False
        self.go(S.CLOSED)

    def look_back(self, holds: bool, today: date) -> None:
        if holds:
            self.look_backs.pop(0)
            self.fresh = 0
            self.go(S.CLOSED)
        else:
            self.reopen(today)

    def reopen(self, today: date) -> None:
        self.cycle += 1
        usual = today + self.rules.reopen_days * DAY
        self.due_on = min(usual, self.parent.latest_for_parts(today)) if self.parent else usual
        self.files, self.fresh, self.granted, self.to_file = 0, 0, 0, False
        self.submissions, self.submitters, self.judgements, self.look_backs = [], [], [], []
        self.judges, self.worked, self.papers = set(), set(), []
        self.go(S.RECTIFYING)

    def request_extension(self, who: str, due_on: date) -> None:
        self.request = Request(who, P(self.rules.extension_deciders[self.granted]), due_on)
        self.go(S.RECTIFYING)

    def decide_extension(self, due_on: date | None) -> None:
        """None: it was refused. The original deadline stays (rule 4)."""
        self.request = None
        if due_on:
            self.due_on = due_on
            self.granted += 1
        self.go(S.RECTIFYING)

    def is_no_later_day(self, day: date, latest: date | None = None) -> bool:
        """Not after the present deadline, beyond what is possible, or of a part beyond the whole."""
        beyond = (latest and day > latest) or (self.parent and day > self.parent.due_on)
        return day <= self.due_on or bool(beyond)

    def suspend(self, today: date) -> None:
        left = [last and days_left(today, last) for last in (self.accept_by, self.supplement_by)]
        pause = Pause(self.state, today, (self.due_on - today).days, *left)
        self.go(S.SUSPENDED)
        self.pause = pause
        for part in self.children:
            if part.state in IN_WORK:
                part.suspend(today)

    def resume(self, today: date) -> None:
        """As much time is left as there was; a pause that ended on its day never was."""
        pause = self.pause
        if today != pause.since:
            self.due_on = today + pause.days_left * DAY
            self.accept_by = self.accept_by and with_days_left(today, pause.to_accept)
            self.supplement_by = self.supplement_by and with_days_left(today, pause.to_supplement)
        self.go(pause.before)
        for part in self.children:
            if part.state == S.SUSPENDED:
                part.resume(today)

    def stay(self) -> None:
        """A word about the item that leaves it where it is."""
        self.go(self.state, self.stage)

    def void(self) -> None:
        self.notice_until = None
        self.go(S.VOID)

    def latest_for_parts(self, today: date) -> date:
        return self.due_on if self.due_on >= today else today + self.rules.reopen_days * DAY
