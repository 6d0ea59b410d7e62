"""README says what is so."""

import re
from pathlib import Path

from django.conf import settings

from workflow.lifecycle import BY_PEOPLE, BY_THE_CLOCK, as_mermaid

README = (Path(settings.BASE_DIR) / "README.md").read_text(encoding="utf-8")
SETTINGS = (Path(settings.BASE_DIR) / "config" / "settings.py").read_text(encoding="utf-8")


def test_the_state_diagram_is_the_transition_table() -> None:
    shown = re.search(r"<!-- road -->\n```mermaid\n(.*?)\n```\n<!-- /road -->", README, re.S)
    assert shown is not None
    assert shown[1] == as_mermaid()


def test_the_actions_are_those_of_the_table() -> None:
    assert f"By people: {', '.join(BY_PEOPLE)}." in README
    assert f"By the clock: {', '.join(BY_THE_CLOCK)}." in README


def test_every_variable_of_the_environment_is_explained_and_no_other() -> None:
    read = set(re.findall(r'(?:env\.\w+|secret)\("([A-Z_]+)"', SETTINGS))
    assert set(re.findall(r"^\| `([A-Z_]+)`", README, re.M)) == read


def test_the_picture_and_the_guide_are_there() -> None:
    for target in re.findall(r"\]\((?!http)([^)]+)\)", README):
        assert (Path(settings.BASE_DIR) / target).exists(), target
