"""Filing: a close-out is reported to the higher level."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from workflow.deadlines import business_day
from workflow.lifecycle import Action, State
from workflow.models import Closure, Filing, WorkItem
from workflow.refusal import Refused, invalid
from workflow.services.perform import Change, Step, perform
from workflow.services.required import require


def file_closure(
    item: WorkItem,
    *,
    by: User,
    document_number: str,
    filed_on: date | None = None,
    filed_with: str = "",
    note: str = "",
    **door: Any,
) -> WorkItem:
    """Record under which number the close-out was filed; with whom is the procedure's, unless it is said."""

    def effect(step: Step) -> Change:
        require(document_number=document_number)
        closure, day = step.facts.closure_to_file, filed_on or step.today
        if not _first_day(closure) <= day <= step.today:
            sentence = _("A close-out is filed after it was signed and not in the future.")
            raise Refused(invalid("filed-on", sentence, filed_on=sentence))
        filing = Filing.objects.create(
            closure=closure,
            filed_with=filed_with.strip() or step.item.procedure.files_to,
            filed_on=day,
            document_number=document_number.strip(),
            by=by,
            at=step.now,
        )
        data = {"document_number": filing.document_number, "filed_with": filing.filed_with}
        return Change(State.CLOSED, data=data | {"filed_on": day.isoformat()})

    return perform(item, Action.FILE, by=by, note=note, effect=effect, **door)


def _first_day(closure: Closure) -> date:
    return closure.signed_on or business_day(closure.at)
