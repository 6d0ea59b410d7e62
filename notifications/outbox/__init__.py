"""The outbox: claim what is due, send it outside any transaction, settle it; bring back what got stuck.

Any number of workers may do this at once. A crash repeats at most one message of a worker, under its old reference,
and loses none. Database time decides what is due. rules.py says per channel how often and when it is tried again.
"""

from notifications.outbox.claiming import LEASE, claim
from notifications.outbox.delivering import deliver
from notifications.outbox.outcomes import Outcome
from notifications.outbox.rules import RETRY_DELAYS, RULES
from notifications.outbox.settling import settle, sweep

__all__ = ["LEASE", "RETRY_DELAYS", "RULES", "Outcome", "claim", "deliver", "settle", "sweep"]
