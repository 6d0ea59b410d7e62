"""What each channel promises: the delays between attempts, and what a result that nobody knows leads to."""

from dataclasses import dataclass
from datetime import timedelta

from notifications.models import Channel

# After the n-th failed attempt the n-th delay; after the last one, about two days in all, the delivery is given up.
RETRY_DELAYS = [
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
]
# Published in docs/webhooks.md: ten attempts within about 76 hours, each delay a tenth more or less.
WEBHOOK_DELAYS = [
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
]
# What rings a telephone or lights up a chat is of no use two days later.
SHORT_DELAYS = [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1)]


@dataclass(frozen=True, slots=True)
class Rule:
    """doubts: so many results that nobody knows make it `unknown`; a reader shall not get the same again and again."""

    delays: list[timedelta]
    doubts: int
    asks_before_resending: bool = False  # the gateway can tell what became of it
    is_one_server: bool = True  # else each endpoint has its own, and the outage of one says nothing of the others
    is_for_people: bool = True  # quiet hours and digests are for people
    jitter: float = 0.0  # part of a delay by which it may be longer or shorter


RULES: dict[str, Rule] = {
    Channel.EMAIL: Rule(RETRY_DELAYS, doubts=2),
    Channel.SMS: Rule(SHORT_DELAYS, doubts=len(SHORT_DELAYS) + 1, asks_before_resending=True),
    Channel.WECOM: Rule(SHORT_DELAYS, doubts=2),
    Channel.DINGTALK: Rule(SHORT_DELAYS, doubts=2),
    Channel.FEISHU: Rule(SHORT_DELAYS, doubts=2),
    Channel.WEBHOOK: Rule(
        WEBHOOK_DELAYS, doubts=len(WEBHOOK_DELAYS) + 1, is_one_server=False, is_for_people=False, jitter=0.1
    ),
}
