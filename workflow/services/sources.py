"""Opening a source by hand: an inspection, a batch of petitions, a campaign. Plans come in by the import."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from workflow import database_clock, permissions
from workflow.models import Procedure, Source
from workflow.refusal import Refusal, Refused, invalid
from workflow.services.required import require

USUAL_PROCEDURE = {
    Source.Kind.CENTRAL: "central-inspection",
    Source.Kind.PROVINCIAL: "provincial-inspection",
    Source.Kind.PETITION: "petition",
    Source.Kind.OWN: "own-finding",
    Source.Kind.CAMPAIGN: "campaign",
}


def create_source(
    office: Department,
    *,
    by: User,
    kind: str,
    title: str,
    document_number: str = "",
    issued_on: date | None = None,
    procedure: Procedure | None = None,
    now: datetime | None = None,
) -> Source:
    """A source that the office keeps, with the usual procedure of its kind if none is named. Raises Refused."""
    if refusal := permissions.refuse_registration(by, office.pk):
        raise Refused(refusal)
    require(title=title)
    if kind not in USUAL_PROCEDURE:
        raise Refused(invalid("source-kind", _("Unknown kind of source."), kind=_("Unknown kind of source.")))
    try:
        with transaction.atomic():
            return Source.objects.create(
                kind=kind,
                title=title.strip(),
                document_number=document_number.strip(),
                issued_on=issued_on,
                procedure=_held(procedure, procedure.code if procedure else USUAL_PROCEDURE[Source.Kind(kind)], office),
                office=office,
                created_by=by,
                created_at=now or database_clock.now(),
            )
    except IntegrityError as error:
        sentence = _("Your office already keeps a source with this document number.")
        raise Refused(invalid("document-number-twice", sentence, document_number=sentence)) from error


def choose_procedure(source: Source, *, by: User, procedure: Procedure) -> Source:
    """Its items go by another procedure from now on; those that are there keep theirs. Raises Refused."""
    if refusal := permissions.refuse_registration(by, source.office_id):
        raise Refused(refusal)
    with transaction.atomic():
        source.procedure = _held(procedure, procedure.code, source.office)
        source.save(update_fields=["procedure"])
    return source


def _held(chosen: Procedure | None, code: str, office: Department) -> Procedure:
    """Who revises it meanwhile waits, and then takes the source along. Raises Refused if `chosen` is not in force."""
    held = Procedure.objects.held(code, office)
    if held is None or (chosen and chosen != held):
        raise Refused(_not_in_force())
    return held


def _not_in_force() -> Refusal:
    sentence = _("This procedure is not in force in your office.")
    return invalid("not-in-force", sentence, procedure=sentence)
