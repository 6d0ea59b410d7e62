"""What the page of an item offers to those who may correct it."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Department, Region, User, today
from workflow.forms.revising import RevisionForm
from workflow.models import WorkItem
from workflow.permissions import refuse_correction


def regions_of(offices: Collection[int]) -> QuerySet[Region]:
    """The cities of these offices and what belongs to them, as it is today."""
    cities = Department.objects.filter(pk__in=offices).values("region")
    return Region.objects.valid_on(today()).filter(Q(pk__in=cities) | Q(parent__in=cities))


def correction_form(item: WorkItem, data: Any = None) -> RevisionForm:
    """The region that stands there can stay, whatever became of it."""
    regions = Region.objects.filter(Q(pk__in=regions_of([item.office_id]).values("pk")) | Q(pk=item.region_id))
    return RevisionForm(data, item=item, regions=regions)


def correction_offered(user: User, item: WorkItem, failed: RevisionForm | None) -> dict[str, Any]:
    """Nothing to those who may not. `failed` is the form that has just been refused."""
    if failed is None and refuse_correction(user, item):
        return {}
    return {"revision_form": failed or correction_form(item)}
