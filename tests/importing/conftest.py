"""Makes the reader's gettext work without a project, and gives untranslated messages to every test."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from workflow.importing.directory import Directory
from workflow.importing.reader import RawLine, read_document
from workflow.importing.reading import PlanReading
from workflow.importing.rows import read_plan

from .places import linze, nanyang

if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
    settings.configure(USE_I18N=False)

DOCUMENTS = Path(__file__).resolve().parents[2] / "fixtures" / "documents"


@pytest.fixture(autouse=True)
def untranslated() -> Iterator[None]:
    """Compares msgids, whatever language the project speaks."""
    with translation.override(None):
        yield


@pytest.fixture
def directory() -> Directory:
    """The organisations of the seed city."""
    return nanyang()


@pytest.fixture
def plan_of(directory: Directory) -> Callable[[str], PlanReading]:
    """Reads a plan written out in a test, with the seed city's organisations."""

    def read(text: str) -> PlanReading:
        lines = [RawLine(number, line) for number, line in enumerate(text.split("\n"), start=1)]
        return read_plan(lines, directory)

    return read


def document(name: str, directory: Directory) -> PlanReading:
    """Reads one of the sample documents; plans of the whole session are read before ``untranslated`` begins."""
    with translation.override(None):
        return read_plan(read_document((DOCUMENTS / name).read_bytes(), name), directory)


@pytest.fixture(scope="session")
def seed_plan() -> PlanReading:
    """The seed city's plan of 2023."""
    return document("plan-2023-2025.txt", nanyang())


@pytest.fixture(scope="session")
def other_plan() -> PlanReading:
    """The invented city's list of 2026."""
    return document("plan-other-city.txt", linze())


@pytest.fixture(scope="session")
def broken_plan() -> PlanReading:
    """The document with mistakes."""
    return document("plan-with-mistakes.txt", nanyang())
