"""Revising a procedure: a new row beside the old one, for the office alone; what runs already stays as it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from workflow import database_clock, permissions
from workflow.models import Procedure, Rung, Source, Stage
from workflow.refusal import Refusal, RefusalKind, Refused, conflict, invalid
from workflow.services.procedure_terms import RungTerms, StageTerms, wrong_parameters, wrong_rungs, wrong_stages
from workflow.services.required import require

# What belongs to the row, not to the rules in it.
_BOOKKEEPING = ("id", "code", "office", "revision", "is_current", "reason", "created_by", "created_at")
PARAMETERS = tuple(field.name for field in Procedure._meta.concrete_fields if field.name not in _BOOKKEEPING)


def revise(
    procedure: Procedure,
    *,
    office: Department,
    by: User,
    reason: str,
    seen_revision: int,
    stages: Iterable[StageTerms] | None = None,
    rungs: Iterable[RungTerms] | None = None,
    now: datetime | None = None,
    **fields: Any,
) -> Procedure:
    """The office's next revision of a procedure in force: what is not named stays as it was. Raises Refused.

    The office's sources go by it from now on; an item keeps the revision that it began with.
    """
    if refusal := permissions.refuse_revision(by, office.pk):
        raise Refused(refusal)
    require(reason=reason)
    if unknown := fields.keys() - set(PARAMETERS):
        raise TypeError(f"no parameters of a procedure: {', '.join(sorted(unknown))}")
    with transaction.atomic():
        old = _in_force(procedure, office, seen_revision)
        given = {name: getattr(old, name) for name in PARAMETERS} | fields
        chain = stages_of(old) if stages is None else list(stages)
        ladder = rungs_of(old) if rungs is None else [rung.named() for rung in rungs]
        _check(given, chain, ladder, office)
        if _is_unchanged(old, given, chain, ladder):
            raise Refused(conflict("unchanged", _("Nothing was changed, so there is nothing to keep as a revision.")))
        new = _store(old, given, chain, ladder)
        new.office, new.reason, new.created_by, new.created_at = office, reason.strip(), by, now or database_clock.now()
        new.save()
        Stage.objects.bulk_create(Stage(procedure=new, position=n, **row._asdict()) for n, row in enumerate(chain, 1))
        Rung.objects.bulk_create(Rung(procedure=new, kind=row.kind, **row._asdict()) for row in ladder)
        Source.objects.filter(office=office, procedure__code=new.code).update(procedure=new)
    return new


def stages_of(procedure: Procedure) -> list[StageTerms]:
    """The acceptance chain as it would be handed in again."""
    rows = procedure.stages.select_related("department")
    return [StageTerms(row.party, row.days, row.department) for row in rows]


def rungs_of(procedure: Procedure) -> list[RungTerms]:
    """The ladder as it would be handed in again."""
    names = RungTerms._fields
    return [RungTerms(*(getattr(row, name) for name in names)) for row in procedure.rungs.all()]


def _in_force(seen: Procedure, office: Department, seen_revision: int) -> Procedure:
    """Two people who revise a procedure come one after the other."""
    found = Procedure.objects.held(seen.code, office)
    if found is None:
        raise Refused(conflict("not-in-force", _("This procedure is not in force in your office.")))
    if found.revision != seen_revision or found.office_id != seen.office_id:
        sentence = _("Somebody else has revised this procedure in the meantime. Look at it again before you go on.")
        raise Refused(Refusal(RefusalKind.STALE, "stale", sentence))
    return found


def _check(given: dict[str, Any], chain: list[StageTerms], ladder: list[RungTerms], office: Department) -> None:
    """Everything that is wrong, named in one go."""
    wrong = wrong_parameters(given, office)
    wrong |= wrong_stages(chain, bool(given["verifier_is_not_lead"]), office)
    wrong |= wrong_rungs(ladder)
    if wrong:
        sentence = format_lazy(_("The procedure cannot be kept like this: {n} entries need a look."), n=len(wrong))
        raise Refused(invalid("procedure", sentence, **wrong))


def _is_unchanged(old: Procedure, given: dict[str, Any], chain: list[StageTerms], ladder: list[RungTerms]) -> bool:
    is_same = all(getattr(old, name) == given[name] for name in PARAMETERS)
    return is_same and chain == stages_of(old) and _in_order(ladder) == _in_order(rungs_of(old))


def _in_order(ladder: list[RungTerms]) -> list[RungTerms]:
    return sorted(ladder, key=lambda rung: (rung.clock, rung.offset_days))


def _store(old: Procedure, given: dict[str, Any], chain: list[StageTerms], ladder: list[RungTerms]) -> Procedure:
    """A shipped procedure stays in force for the others; an office has one revision in force."""
    if old.office_id is not None:
        Procedure.objects.filter(pk=old.pk).update(is_current=False)
    return Procedure(code=old.code, revision=old.revision + 1, is_current=True, **given)
