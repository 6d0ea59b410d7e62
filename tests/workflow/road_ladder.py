"""The ladder on the road: people are late and are chased; papers are signed and answered.

What the clock said (alerts, proposals) is read from the database, because test_ladder.py and test_catching_up.py know
when each rung is due; what follows from it, who may do what then and which clocks run, is the model's to foretell.
"""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from tests.workflow.road_machine import Road, able
from tests.workflow.road_model import Alert, Item
from workflow.lifecycle import Action
from workflow.models import AlertNote, Paper, Proposal, RungFiring
from workflow.models.procedures import Measure

A = Action
LEVELS = ("turn", "head", "office", "leader")


class LateRoad(Road):
    """Stories in which nobody is in a hurry."""

    @precondition(lambda self: any(item.due_on for item in self.items))
    @rule(data=st.data(), days=st.sampled_from([1, 7, 15, 70]))
    def be_late(self, data: st.DataObject, days: int) -> None:
        """So long after the deadline."""
        item = self.draw(data, [item for item in self.items if item.due_on])
        self.now += max(timedelta(), item.due_on + timedelta(days=days) - self.today)
        self.scan()

    @precondition(able(A.NUDGE))
    @rule(data=st.data(), is_urgent=st.booleans())
    def nudge(self, data: st.DataObject, is_urgent: bool) -> None:
        item, who = self.choose(data, A.NUDGE)

        def follow() -> None:
            item.nudges.append((self.now - timedelta(minutes=1)).date())
            item.stay()

        self.act(item, A.NUDGE, who, follow, text="请抓紧", is_urgent=is_urgent)

    @precondition(lambda self: any(item.alerts for item in self.items))
    @rule(data=st.data())
    def note_alert(self, data: st.DataObject) -> None:
        item, who = self.choose(data, A.NOTE_ALERT, self.draw(data, [one for one in self.items if one.alerts]))
        self.act(item, A.NOTE_ALERT, who, item.stay)

    @precondition(lambda self: any(item.proposals for item in self.items))
    @rule(data=st.data())
    def sign_paper(self, data: st.DataObject) -> None:
        """It goes to whoever is late: the lead, or who has not answered a paper."""
        item, who = self.choose(data, A.SIGN_PAPER, self.draw(data, [one for one in self.items if one.proposals]))

        def follow() -> None:
            item.papers.append(item.proposals[0] or item.lead)
            item.stay()

        self.act(item, A.SIGN_PAPER, who, follow)
        if item.papers and data.draw(st.booleans(), "answered at once"):
            self.reply(data, item)

    @precondition(lambda self: any(item.proposals for item in self.items))
    @rule(data=st.data())
    def dismiss_proposal(self, data: st.DataObject) -> None:
        late = self.draw(data, [one for one in self.items if one.proposals])
        item, who = self.choose(data, A.DISMISS_PROPOSAL, late)
        self.act(item, A.DISMISS_PROPOSAL, who, item.stay, reason="已在现场督促")

    @precondition(lambda self: any(item.papers for item in self.items))
    @rule(data=st.data())
    def reply(self, data: st.DataObject, item: Item | None = None) -> None:
        item = item or self.draw(data, [one for one in self.items if one.papers])
        item, who = self.choose(data, A.REPLY, item)

        def follow() -> None:
            """Who may answer for the lead answers for it first, and the oldest paper."""
            own = {place for _role, place in self.people[who]}
            place = min((place for place in item.papers if place in own), key=lambda place: place != item.lead)
            item.papers.remove(place)
            item.stay()

        self.act(item, A.REPLY, who, follow, text="下周完工")

    @invariant()
    def what_the_clock_said_is_known(self) -> None:
        by_number = {item.number: item for item in self.items}
        for item in self.items:
            item.proposals, item.alerts = [], []
        proposed = Proposal.objects.filter(item__number__in=by_number, status=Proposal.Status.OPEN)
        rows = proposed.select_related("item", "timer__paper")
        for row in sorted(rows, key=lambda row: -Measure(row.measure).severity):
            by_number[row.item.number].proposals.append(self._answering(row.timer.paper))
        running = RungFiring.objects.filter(timer__item__number__in=by_number, timer__ended_at=None, superseded=False)
        overdue = running.filter(rung__kind="overdue").select_related("rung", "timer__item", "timer__paper")
        for row in {row.timer_id: row for row in overdue.order_by("pk")}.values():
            by_number[row.timer.item.number].alerts.append(self._alert(row))

    def _alert(self, row: RungFiring) -> Alert:
        noted = AlertNote.objects.filter(firing=row).values_list("by__username", flat=True)
        return Alert(min(row.rung.audience, key=LEVELS.index), self._answering(row.timer.paper), set(noted))

    def _answering(self, paper: Paper | None) -> str | None:
        return self.places[paper.department_id] if paper else None
