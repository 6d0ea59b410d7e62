"""Items under the names that other systems give them: one reference of a client is one item, however often sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

from django.db import connection, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from workflow import seal
from workflow.models import ExternalReference, Source, WorkItem
from workflow.refusal import Refused, conflict, invalid
from workflow.services.perform import busy_refused
from workflow.services.registration import register_issue
from workflow.services.revising import Corrections, revise

LONGEST = 80  # characters


def hold(client: User, ref: str) -> ExternalReference | None:
    """The reference as it is now, kept from whoever else sends it until the transaction ends; None where it is new."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"reference {client.pk} {ref}"])
    return ExternalReference.objects.select_related("item").filter(client=client, ref=ref).first()


def register_new(
    source: Source, *, client: User, said: Mapping[str, Any], external_ref: str = "", **given: Any
) -> WorkItem:
    """Enter a new issue by whatever number it has at its source. Raises Refused.

    The first item that a client enters with a number has it as the client's reference, so that what was entered by POST
    can be corrected by PUT. A number may stand in several sources: a later item with it is an item without a reference.
    """
    ref = external_ref.strip()
    with busy_refused(), transaction.atomic():
        if ref and hold(client, ref) is None:
            return register_under(ref, source, client=client, said=said, **given)
        return register_issue(source, by=client, external_ref=ref, **given)


def register_under(
    ref: str, source: Source, *, client: User, said: Mapping[str, Any], sequence: int | None = None, **given: Any
) -> WorkItem:
    """Enter a new issue under this reference, inside the transaction that holds it. Raises Refused.

    `said` is what the client sent, word for word; `given` are arguments of register_issue.
    """
    item = register_issue(source, by=client, **{"external_ref": ref} | given)
    ExternalReference.objects.create(client=client, ref=ref, item=item, sequence=sequence, said=_digests(said))
    return item


def revise_under(
    reference: ExternalReference,
    *,
    by: User,
    said: Mapping[str, Any],
    sequence: int | None = None,
    version: int | None = None,
    **corrections: Unpack[Corrections],
) -> WorkItem:
    """Correct the item of a reference that is held; what comes late or twice changes nothing. Raises Refused."""
    digests = _digests(said)
    if sequence is not None and reference.sequence is not None and sequence <= reference.sequence:
        _refuse_other_content(reference, sequence, digests)
        return reference.item
    if "petition" in digests and digests["petition"] != reference.said.get("petition"):
        sentence = _("What came with a petition stays as it was entered.")
        raise Refused(invalid("petition-stands", sentence, petition=sentence))
    item = revise(reference.item, by=by, version=version, **corrections)
    reference.said = reference.said | digests
    reference.sequence = reference.sequence if sequence is None else sequence
    reference.save(update_fields=["said", "sequence"])
    return item


def _refuse_other_content(reference: ExternalReference, sequence: int, digests: dict[str, str]) -> None:
    if sequence < reference.sequence:
        sentence = _("Something later has been received already: number {sequence} of your own count.")
        raise Refused(conflict("out-of-order", format_lazy(sentence, sequence=reference.sequence)))
    if reference.said | digests != reference.said:
        sentence = _("Number {sequence} of your own count came with other content before; a change takes a higher one.")
        raise Refused(conflict("sequence-reused", format_lazy(sentence, sequence=sequence)))


def _digests(said: Mapping[str, Any]) -> dict[str, str]:
    """Field by field, so that what was sent can be told again without being kept twice."""
    return {name: seal.digest({name: value}, []) for name, value in said.items()}
