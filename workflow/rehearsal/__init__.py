"""A ladder before it is switched on: what it would tell whom on the present items. Reads, counts, sends nothing.

courses.py says what one clock tells, tally.py counts it, present.py reads the clocks and the people of today.
"""

from workflow.rehearsal.present import LadderChange, Scope, rehearse
from workflow.rehearsal.tally import DayCount, Period, Rehearsal

__all__ = ["DayCount", "LadderChange", "Period", "Rehearsal", "Scope", "rehearse"]
