"""A ladder before it is switched on: what it would tell whom on the present items. Reads, counts, sends nothing.

standings.py reads the clocks of today, courses.py says when one speaks, readers.py to whom, tally.py counts it. Who is
told, what is proposed and what is folded say the functions by which the scan tells, proposes and folds.
"""

from workflow.rehearsal.ladders import LadderChange
from workflow.rehearsal.present import rehearse
from workflow.rehearsal.standings import Scope
from workflow.rehearsal.tally import DayCount, Period, Rehearsal

__all__ = ["DayCount", "LadderChange", "Period", "Rehearsal", "Scope", "rehearse"]
