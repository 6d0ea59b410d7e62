"""The usual text of a paper, from facts alone; a person may write another before he signs.

An official paper is written in the language of the installation, whoever signs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.conf import settings
from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from workflow.models import Proposal, WorkItem
from workflow.models.procedures import Clock, Measure

ASKED = {
    Measure.SUPERVISION_ORDER: lazy("Finish the work without delay and report the reason and the measures in writing."),
    Measure.BULLETIN: lazy("This is hereby announced to all units concerned; draw the lesson and catch up."),
    Measure.INTERVIEW: lazy("The person responsible is asked to an interview and hands in a plan for the work."),
    Measure.REFERRAL: lazy("The matter is handed over for accountability under the rules in force."),
}


def compose(item: WorkItem, proposal: Proposal, reply_by: date | None, today: date) -> str:
    """Paragraphs: what the item is, how late it is, what is asked for."""
    with translation.override(settings.LANGUAGE_CODE):
        return "\n".join(_paragraphs(item, proposal, reply_by, today))


def _paragraphs(item: WorkItem, proposal: Proposal, reply_by: date | None, today: date) -> Iterator[str]:
    timer = proposal.timer
    yield _("Item %(number)s “%(title)s” was assigned for rectification.") % {
        "number": item.number,
        "title": item.title,
    }
    due = {
        "clock": Clock(timer.clock).label,
        "day": formats.date_format(timer.due_on),
        "n": (today - timer.due_on).days,
    }
    late = ngettext(
        "Its time limit (%(clock)s) was %(day)s; it is %(n)s day overdue.",
        "Its time limit (%(clock)s) was %(day)s; it is %(n)s days overdue.",
        due["n"],
    )
    yield late % due
    if timer.paper:
        yield _("%(number)s has not been answered.") % {"number": timer.paper.number}
    if item.measures:
        yield _("Measures required: %(measures)s") % {"measures": item.measures}
    yield str(ASKED[Measure(proposal.measure)])
    if reply_by:
        yield _("Please answer in writing by %(day)s.") % {"day": formats.date_format(reply_by)}
