"""A numbered paper on its way out, and what the page of an item says about papers and alerts."""

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from workflow.facts import Facts
from workflow.models import Proposal
from workflow.papers.measures import CONTENT_TYPE, as_word
from workflow.querysets import papers_visible_to
from workflow.views.access import signed_in


@signed_in
@never_cache
@require_safe
def word(request: HttpRequest, pk: int) -> HttpResponse:
    """For whoever sees the item; any other paper does not exist for him."""
    found = papers_visible_to(request.user).select_related("addressee", "office", "signed_by")
    paper = get_object_or_404(found, pk=pk)
    name = quote(f"{paper.number}.docx", safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(as_word(paper), content_type=CONTENT_TYPE, headers=headers)


def papers_shown(facts: Facts) -> dict[str, Any]:
    """Papers newest first, the measures that wait for a signature, and those that were not taken."""
    papers = facts.item.papers.select_related("addressee", "department", "signed_by", "answered_by", "answered_for")
    dismissed = facts.item.proposals.filter(status=Proposal.Status.DISMISSED).select_related("decided_by")
    return {
        "item_papers": papers.order_by("-pk"),
        "proposals": facts.open_proposals,
        "dismissed": dismissed.order_by("-pk"),
    }
