"""How errors are told: counted ("33 % wrong"), graded ("33 % lost") or measured ("mean error 3.2")."""

from __future__ import annotations

from gatebook.record import Record
from gatebook.words import Code, say
from gatebook.words.figures import percent, plain_number


class Loss(Code):
    """The kind of one project's errors; its words are "word", "whole" (of all of it), "usual", "more", "seen",
    "total".
    """

    WRONG = "wrong"
    LOST = "lost"
    FAR = "far"

    @property
    def is_share(self) -> bool:
        """Whether the rate is a share between nothing and all."""
        return self is not Loss.FAR

    def number(self, rate: float) -> str:
        """Return the rate alone."""
        return percent(rate) if self.is_share else plain_number(rate, 3)

    def rate(self, rate: float) -> str:
        """Return "33 % wrong", "33 % lost" or "mean error 3.2"."""
        return self.say("rate", number=self.number(rate))

    def span(self, lower: float, upper: float) -> str:
        """Return "22 % to 45 %"."""
        return f"{self.number(lower)} to {self.number(upper)}"

    def say(self, part: str, **values: object) -> str:
        """Return one of its words."""
        return say(self, part, **values)


def loss_of(record: Record) -> Loss:
    """Return the kind that fits the record's errors."""
    fact = record.evidence.errors
    if record.project.task == "regression" or rate_of(record) > 1:
        return Loss.FAR
    counted = fact.metric != "mean_score" and fact.errors == int(fact.errors)  # the sum of grades may be whole too
    return Loss.WRONG if counted else Loss.LOST


def rate_of(record: Record) -> float:
    """Return the rate over all labelled rows."""
    fact = record.evidence.errors
    return fact.error_rate if fact.error_rate is not None else fact.errors / fact.rows if fact.rows else 0.0


def total(record: Record) -> str:
    """Return one sentence on all labelled rows together."""
    fact, loss, rate = record.evidence.errors, loss_of(record), rate_of(record)
    grouped = fact.clusters is not None and fact.cluster_column
    return loss.say(
        "total_grouped" if grouped else "total",
        rows=fact.rows,
        errors=fact.errors,
        number=loss.number(rate),
        clusters=fact.clusters,
        column=fact.cluster_column,
    )
