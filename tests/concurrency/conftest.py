"""A way to be sure that two verbs met: both are inside before either takes its lock."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.concurrency.racing import PATIENCE
from workflow.models import WorkItem
from workflow.services import perform


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Once armed, every two threads wait for each other at their first lock; the list says at which item they met."""
    opened: Callable[..., Any] = perform._opened
    barrier, met, here = threading.Barrier(2), [], threading.local()

    def opened_together(item: WorkItem, *args: Any) -> Any:
        if not hasattr(here, "has_met"):
            here.has_met = True
            barrier.wait(PATIENCE)
            met.append(item.number)
        return opened(item, *args)

    def arm() -> list[str]:
        monkeypatch.setattr(perform, "_opened", opened_together)
        return met

    return arm
