"""What the page of an item says of the petition behind it."""

from typing import Any

from django.db.models import Q

from accounts.models import User
from workflow.facts import Facts
from workflow.forms.petitions import FindingsForm
from workflow.models import Petition, Source
from workflow.models.petitions import COUNTS
from workflow.permissions import refuse_findings
from workflow.querysets import visible_to


def petition_card(user: User, facts: Facts, failed: FindingsForm | None) -> dict[str, Any]:
    """Nothing for what is no petition. `failed` is the form that has just been refused."""
    if facts.item.source.kind != Source.Kind.PETITION:
        return {}
    rows = Petition.objects.filter(item=facts.item).prefetch_related("sub_issues", "regions")
    petition = rows.select_related("repeat_of__item").first()
    if petition is None:
        return {}
    refusal = refuse_findings(user, facts)
    form = failed or (None if refusal else FindingsForm(petition=petition))
    handling = [(Petition._meta.get_field(name).verbose_name, getattr(petition, name)) for name in COUNTS]
    return {
        "petition": petition,
        "handling": [(label, number) for label, number in handling if number],
        "findings_form": form,
        "findings_refusal": refusal,
        **_row(user, petition),
    }


def _row(user: User, petition: Petition) -> dict[str, Any]:
    """The other complaints about the same: how many there are, and those of them that the person sees."""
    first = petition.repeat_of or petition
    row = Petition.objects.filter(Q(pk=first.pk) | Q(repeat_of=first)).exclude(pk=petition.pk)
    seen = visible_to(user).filter(petition__in=row).select_related("petition").order_by("id")
    return {"same_matter_count": row.count(), "same_matter": list(seen)}
