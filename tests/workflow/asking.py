"""Every verb with an input that is all right, so that only person, state and needs can be in the way."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from tests.people import City
from tests.walking import TERM, day_of
from workflow import services
from workflow.lifecycle import Action
from workflow.models import WorkItem
from workflow.refusal import Refusal, Refused
from workflow.services.decomposition import Part


def sensible(action: Action, city: City) -> dict[str, Any]:
    """The action's own input."""
    elements = {"measures": "清运", "standard": "无堆存", "lead": city.environment, "due_on": day_of(None) + TERM}
    return {
        Action.ASSIGN: elements,
        Action.ACCEPT: {},
        Action.DECLINE: {"reason": "不属本局职责。"},
        Action.TRANSFER: {"department": city.tongbai, "reason": "属地更清楚。"},
        Action.ACKNOWLEDGE: {},
        Action.DECOMPOSE: {"parts": [Part(city.tongbai)]},
        Action.REPORT: {"text": "已清运一半。", "percent": 50},
        Action.REQUEST_EXTENSION: {"due_on": day_of(None) + 2 * TERM, "reason": "雨季停工。"},
        Action.DECIDE_EXTENSION: {"approved": True, "reason": "同意。"},
        Action.SUBMIT: {"summary": "已清运。"},
        Action.VERIFY: {"conclusion": "pass", "opinion": "属实。"},
        Action.RETURN: {"reason": "缺少照片。"},
        Action.PUBLISH: {"starts_on": day_of(None)},
        Action.OBJECT: {"text": "仍有垃圾。"},
        Action.RESOLVE_OBJECTION: {"upheld": False, "opinion": "不成立。"},
        Action.APPROVE: {"opinion": "同意销号。"},
        Action.REJECT: {"reason": "材料不全。"},
        Action.FILE: {"document_number": "豫环督办〔2026〕3号"},
        Action.LOOK_BACK: {"finding": "holds", "opinion": "无反弹。"},
        Action.REOPEN: {"reason": "问题反弹。"},
        Action.SUSPEND: {"reason": "等待上级批复。"},
        Action.RESUME: {},
        Action.VOID: {"reason": "重复。"},
        Action.NUDGE: {"text": "请抓紧办理。"},
        Action.NOTE_ALERT: {},
        Action.SIGN_PAPER: {},
        Action.DISMISS_PROPOSAL: {"reason": "已在现场督促。"},
        Action.REPLY: {"text": "因汛期停工，下周完工。"},
    }[action]


def ask(action: Action, city: City, item: WorkItem, by: User, **given: Any) -> WorkItem:
    """Let this person take the action; raises Refused."""
    return services.VERBS[action](item, by=by, **(sensible(action, city) | given))


def refusal_of(verb: Callable[..., Any], *args: Any, **given: Any) -> Refusal:
    """Call what must be refused; the refusal."""
    with pytest.raises(Refused) as caught:
        verb(*args, **given)
    return caught.value.refusal
