"""How errors are told: counted ("33 % wrong"), graded ("33 % of the grade lost") or measured ("mean error 3.2")."""

from __future__ import annotations

from dataclasses import dataclass

from gatebook.record import Record
from gatebook.words.figures import count, percent, plain_number, plural


@dataclass(frozen=True)
class Loss:
    """The words for one project's errors.

    Attributes:
        word: of the rate: "wrong", "lost" or "mean error".
        whole: of all of it: "errors", "loss" or "error".
        more: what stands out, of one kind and of several: "fails more often", "fail more often".
        usual: what a rate is compared with: "rate", "loss" or "error".
        seen: when a kind is seen, before and after a factor: "it fails at least 2.5 times as often as the rest".
        share: whether the rate is a share between nothing and all.
    """

    word: str
    whole: str
    more: tuple[str, str]
    usual: str
    seen: tuple[str, str]
    share: bool

    def number(self, rate: float) -> str:
        """Return the rate alone."""
        return percent(rate) if self.share else f"{plain_number(rate, 3)}"

    def rate(self, rate: float) -> str:
        """Return "33 % wrong", "33 % lost" or "mean error 3.2"."""
        return f"{self.number(rate)} {self.word}" if self.share else f"{self.word} {self.number(rate)}"

    def span(self, lower: float, upper: float) -> str:
        """Return "22 % to 45 %"."""
        return f"{self.number(lower)} to {self.number(upper)}"


_WRONG = Loss(
    "wrong",
    "errors",
    ("fails more often", "fail more often"),
    "rate",
    ("it fails at least", "times as often as the rest"),
    True,
)
_LOST = Loss(
    "lost",
    "loss",
    ("gets lower grades", "get lower grades"),
    "loss",
    ("it loses at least", "times as much as the rest"),
    True,
)
_FAR = Loss(
    "mean error",
    "error",
    ("has larger errors", "have larger errors"),
    "error",
    ("its error is at least", "times that of the rest"),
    False,
)


def loss_of(record: Record) -> Loss:
    """Return the words that fit the record's errors."""
    fact = record.evidence.errors
    if record.project.task == "regression" or rate_of(record) > 1:
        return _FAR
    counted = fact.metric != "mean_score" and fact.errors == int(fact.errors)  # the sum of grades may be whole too
    return _WRONG if counted else _LOST


def rate_of(record: Record) -> float:
    """Return the rate over all labelled rows."""
    fact = record.evidence.errors
    return fact.error_rate if fact.error_rate is not None else fact.errors / fact.rows if fact.rows else 0.0


def total(record: Record) -> str:
    """Return one sentence on all labelled rows together."""
    fact, loss, rate = record.evidence.errors, loss_of(record), rate_of(record)
    rows = plural(fact.rows, "labelled row") + grouped(record, fact.clusters)
    if not loss.share:
        return f"Over {rows} the mean error is {loss.number(rate)}."
    if loss.word == "lost":
        return f"{rows} lose {percent(rate)} of the full grade on average."
    return f"{count(fact.errors)} of {rows} are wrong ({percent(rate)})."


def grouped(record: Record, clusters: int | None) -> str:
    """Return " from 30 different `task_id`" where rows depend on each other, else nothing."""
    column = record.evidence.errors.cluster_column
    return f" from {count(clusters)} different `{column}`" if clusters is not None and column else ""
