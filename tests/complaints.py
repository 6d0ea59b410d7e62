"""What tests of petitions begin with: a complaint of three matters, and what was found of them."""

from datetime import timedelta
from typing import Any

from tests.people import City
from tests.walking import day_of, register
from workflow import services
from workflow.models import Petition, WorkItem
from workflow.services.petitions import Complaint, SubFinding, record_findings

TEXT = "城关镇河东村养殖场夜间排放粪污，异味扰民，群众多次反映。"
MATTERS = ("夜间异味", "粪污直排", "噪声扰民")


def complain(city: City, **given: Any) -> WorkItem:
    """A petition with three matters."""
    own = {name: given.pop(name) for name in list(given) if name in Complaint.__dataclass_fields__}
    return register(city, complaint=Complaint(**{"sub_issues": MATTERS} | own), **given)


def found(item: WorkItem, by: Any, *words: str, **given: Any) -> Petition:
    """Record what was found of the matters, in their order."""
    rows = [SubFinding(place, word, "已核查。") for place, word in enumerate(words, 1)]
    return record_findings(item, by=by, sub_issues=rows, **given)


def in_work(city: City) -> WorkItem:
    """A petition with its matters that the environment bureau has accepted."""
    item = complain(city)
    services.assign(
        item,
        by=city.dispatcher,
        lead=city.environment,
        due_on=day_of(None) + timedelta(days=30),
        measures="清运",
        standard="无异味",
        departments=[("joint", city.water)],
    )
    return services.accept(item, by=city.environment_clerk)
