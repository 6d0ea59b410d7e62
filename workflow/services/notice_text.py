"""The text of a public notice, composed when it begins and kept as it was; personal numbers never stand in it."""

import re
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from workflow.facts import Facts
from workflow.lifecycle import DepartmentRole
from workflow.models import WorkItem
from workflow.models.procedures import DayUnit

Notice = list[dict[str, str]]

# The fields of a notice in their order; the keys are stored, the words are the reader's.
LABELS: dict[str, Any] = {
    "number": gettext_lazy("Item number"),
    "problem": gettext_lazy("The problem"),
    "responsible": gettext_lazy("Responsible"),
    "measures": gettext_lazy("Measures"),
    "target": gettext_lazy("Target"),
    "limit": gettext_lazy("Time limit of rectification"),
    "done": gettext_lazy("Rectification done"),
    "period": gettext_lazy("Public notice"),
    "objections": gettext_lazy("Where to object"),
}
_RESPONSIBLE = (DepartmentRole.LEAD, DepartmentRole.JOINT, DepartmentRole.IMPLEMENT)


def compose(facts: Facts, starts_on: date, ends_on: date, days: int, unit: str) -> Notice:
    """What is made public of an item: in the language of the city, whoever works on it, without empty fields."""
    item = facts.item
    with translation.override(settings.LANGUAGE_CODE):
        texts = {
            "number": item.number,
            "problem": masked("\n".join(filter(None, [item.title, item.description]))),
            "responsible": _responsible(facts),
            "measures": masked(item.measures),
            "target": masked(item.target or item.standard),
            "limit": _limit(item),
            "done": masked("\n".join(row.summary for row in reversed(facts.submissions))),
            "period": _period(starts_on, ends_on, days, unit),
            "objections": item.procedure.objections_to.strip() or item.office.name,
        }
    return [{"label": key, "text": texts[key]} for key in LABELS if texts[key]]


def with_period(notice: Notice, starts_on: date, ends_on: date, days: int, unit: str) -> Notice:
    """The same text with other days."""
    with translation.override(settings.LANGUAGE_CODE):
        period = _period(starts_on, ends_on, days, unit)
    return [row | {"text": period} if row["label"] == "period" else row for row in notice]


def _responsible(facts: Facts) -> str:
    """Departments only, the lead first; never a person."""
    rows = sorted(
        (row for row in facts.assignments if row.role in _RESPONSIBLE),
        key=lambda row: (row.department_id != facts.item.lead_id, row.position),
    )
    return "、".join(dict.fromkeys(row.department.name for row in rows))


def _limit(item: WorkItem) -> str:
    if item.due_on is None:
        return str(item.get_deadline_kind_display())
    return formats.date_format(item.due_on)


def _period(starts_on: date, ends_on: date, days: int, unit: str) -> str:
    return _("From %(first)s to %(last)s (%(days)s)") % {
        "first": formats.date_format(starts_on),
        "last": formats.date_format(ends_on),
        "days": counted_days(days, unit),
    }


def counted_days(days: int, unit: str) -> str:
    """A number of days with what is counted, in words."""
    if unit == DayUnit.WORKING:
        return ngettext("%(n)s working day", "%(n)s working days", days) % {"n": days}
    return ngettext("%(n)s calendar day", "%(n)s calendar days", days) % {"n": days}


# -- personal numbers --------------------------------------------------------------------------------------------------

# People type digits and signs in full width too; one character stays one character.
_HALF_WIDTH = str.maketrans("０１２３４５６７８９＠．－—–＋（）Ｘｘ\u3000", "0123456789@.---+()Xx ")
_PERSONAL = re.compile(
    r"""
      (?P<name>[A-Za-z0-9._%+-]+)@(?P<host>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)
    | (?<!\d)(?P<id_head>[1-9]\d{3})\d{2}[- ]?\d{8}[- ]?\d{3}(?P<id_tail>[\dXx])(?!\d)
    | (?<!\d)(?:\+?(?:00)?86[- ]?)?(?P<mobile_head>1[3-9]\d)[- ]?\d{4}[- ]?(?P<mobile_tail>\d{4})(?!\d)
    | (?<!\d)(?P<area>0(?:10|2\d|[3-9]\d{2}))(?P<between>[)\- ]{0,2})\d{3,4}[- ]?(?P<line_tail>\d{4})(?!\d)
    """,
    re.VERBOSE | re.ASCII,
)


def masked(text: str) -> str:
    """The text with mobile and fixed numbers, identity numbers and mail addresses made unreadable."""
    plain, found, last = text.translate(_HALF_WIDTH), [], 0
    for match in _PERSONAL.finditer(plain):
        found += [text[last : match.start()], _hidden(match)]
        last = match.end()
    return "".join([*found, text[last:]])


def _hidden(match: re.Match[str]) -> str:
    if match["host"]:
        return f"{match['name'][0]}***@{match['host']}"
    if match["id_head"]:
        return f"{match['id_head']}{'*' * 13}{match['id_tail']}"
    if match["mobile_head"]:
        return f"{match['mobile_head']}****{match['mobile_tail']}"
    return f"{match['area']}{match['between']}****{match['line_tail']}"
