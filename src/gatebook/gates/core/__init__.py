"""What stands around every gate: people, money, and the assumptions of the plan."""

from gatebook.criteria import Gate

GATE = Gate(__name__, due="week-4", place=99)
