"""Clauses of a task to its responsibilities: inherited rules, the counties of a group, questions for a person."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from .clauses import Clause, ClauseParty
from .directory import Directory
from .inherited import InheritedRule, RuleKind
from .reading import OpenGroup, Responsibility, Role, unique

_FIRST_LEADS = frozenset({RuleKind.FIRST_LEADS, RuleKind.FIRST_LEADS_OTHERS_COOPERATE})


@dataclass
class Parties:
    """The responsibilities of one task and what a person should confirm about them."""

    responsibilities: list[Responsibility] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class PartyReader:
    """Turns clauses into responsibilities on the day the document was issued."""

    directory: Directory
    on: date | None

    def read(self, clauses: Iterable[Clause], rules: Iterable[InheritedRule]) -> Parties:
        """Returns the merged parties of all clauses of a task with the rules in force applied."""
        clauses, kinds = list(clauses), {rule.kind: rule for rule in rules}
        printed = [party for clause in clauses for party in clause.parties]
        led, questions = self._with_lead(printed, set(kinds))
        rows = unique(self._responsibility(party) for party in led)
        if RuleKind.ALL_IMPLEMENT in kinds and not any(row.group is OpenGroup.ALL_JURISDICTIONS for row in rows):
            rows.append(self._everywhere(kinds[RuleKind.ALL_IMPLEMENT].text))
        questions += self._questions(rows, any(clause.is_open_ended for clause in clauses))
        return Parties(rows, unique(questions))

    def _with_lead(self, parties: list[ClauseParty], kinds: set[RuleKind]) -> tuple[list[ClauseParty], list[str]]:
        """Applies the rules that make a responsible department the lead when no lead is printed."""
        plain = [party for party in parties if party.is_plain and not party.printed.group]
        if not plain or any(party.role is Role.LEAD for party in parties):
            return parties, []
        if kinds & _FIRST_LEADS and not plain[0].is_separate:
            others = Role.COOPERATE if RuleKind.FIRST_LEADS_OTHERS_COOPERATE in kinds else Role.JOINT
            return [_first_leads(party, plain[0], others) for party in parties], []
        if RuleKind.RESPONSIBLE_LEADS in kinds:
            return [ClauseParty(Role.LEAD, party.printed) if party.is_plain else party for party in parties], []
        if len(plain) == 1 and plain[0].is_alone:
            question = _("Only “%(name)s” is named as responsible and was taken as the lead.")
            return (
                [ClauseParty(Role.LEAD, party.printed) if party is plain[0] else party for party in parties],
                [question % {"name": plain[0].printed.name}],
            )
        return parties, []

    def _responsibility(self, party: ClauseParty) -> Responsibility:
        printed = party.printed
        if printed.group is OpenGroup.ALL_JURISDICTIONS:
            names = tuple(found.name for found in self.directory.jurisdictions(self.on))
            return Responsibility(party.role, group=printed.group, text=printed.name, departments=names)
        if printed.group:
            return Responsibility(party.role, group=printed.group, text=printed.name)
        return Responsibility(party.role, name=printed.name, department=printed.department)

    def _everywhere(self, text: str) -> Responsibility:
        names = tuple(found.name for found in self.directory.jurisdictions(self.on))
        return Responsibility(
            Role.IMPLEMENT, group=OpenGroup.ALL_JURISDICTIONS, text=text, departments=names, inherited=True
        )

    def _questions(self, rows: list[Responsibility], is_open_ended: bool) -> list[str]:
        questions = [question for row in rows if (question := _question(row))]
        if is_open_ended:
            questions.append(_("The list of departments ends with “等”: name the other departments, if there are any."))
        if not [row for row in rows if not row.inherited]:
            questions.append(_("No responsible department is named."))
        elif not any(row.role is Role.LEAD for row in rows):
            questions.append(_("No lead department is named. Choose one before the task is assigned."))
        return questions


def _first_leads(party: ClauseParty, first: ClauseParty, others: Role) -> ClauseParty:
    if not party.is_plain:
        return party
    return ClauseParty(Role.LEAD if party is first else others, party.printed)


def _question(row: Responsibility) -> str:
    if row.group is OpenGroup.DEPARTMENTS_UNRESOLVED:
        return _("“%(text)s” does not say which departments are meant. Name them.") % {"text": row.text}
    if not row.group and row.department is None:
        return _("“%(name)s” was not found among the organisations. Choose the department.") % {"name": row.name}
    return ""
