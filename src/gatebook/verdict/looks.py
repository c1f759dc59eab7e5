"""Repeated looks and shared labels: which alpha the present look at a criterion may use."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from gatebook.stats.sequential import Look as AlphaLook
from gatebook.stats.sequential import alpha_at_look
from gatebook.verdict.case import Case
from gatebook.verdict.past import PastLook

ALPHA = 0.05


@dataclass(frozen=True)
class NewLook:
    """The look that a verdict took.

    Attributes:
        past: as the history keeps it.
        look: alpha, method, count.
        known: whether the history already knows this look (identical inputs are not a new look).
        note: why the look can decide nothing, empty where it can.
    """

    past: PastLook
    look: AlphaLook
    known: bool
    note: str = ""

    def entry(self) -> dict[str, Any]:
        """Return the look as the history writes it; the day stands in the entry around it."""
        data = asdict(self.past)
        del data["at"]
        return data


def take_look(
    case: Case, criterion: str, *, bar: float, lineage: str, entering: int, labels: int, exact_bar: float | None,
    planned: int | None = None,
) -> NewLook:  # fmt: skip
    """Return the alpha for this look at a criterion's data.

    Args:
        case: the assessment.
        criterion: key of the look, e.g. "G1 accuracy".
        bar: the bar, for the record.
        lineage: hash of the outcomes looked at.
        entering: rows that enter the figure.
        labels: labels bought, of which `entering` enter.
        exact_bar: the bar as a proportion, where the rows are independent and count alike; None otherwise.
        planned: labels planned in all, where stated.

    Versions judged on the same labels share one alpha: each version in the predictions (but the incumbent) gets an
    equal part, and a version that comes later has only what the others left.
    """
    past = case.past
    found = case.facts.outcomes
    version = (found.candidate if found else None) or ""
    looks = [item for item in past.looks if item.criterion == criterion]
    mine = [item for item in looks if item.version == version]
    before = [item for item in mine if not (item.lineage == lineage and item.bar == bar)]
    same = next((item for item in reversed(mine) if item.lineage == lineage and item.bar == bar), None)
    if same is not None:
        before = mine[: mine.index(same)]
    first = mine[0].planned if mine else (planned or labels)
    scaled = max(1, -(-first * entering // max(labels, 1)))
    others = {item.version: item.spent for item in looks if item.version != version and item is not same}
    rivals = (
        {v for v in (found.versions if found else ()) if v != case.project.incumbent}
        | set(others)
        | {version}
    )
    share = ALPHA / max(1, len(rivals))
    left = ALPHA - sum(others.values())
    note = ""
    if case.targets.final_label_set and others:
        share, note = 0.0, f"The final label set was already used to judge {', '.join(sorted(others))}."
    elif left < share - 1e-9:
        share = max(0.0, left)
        if share < 1e-4:
            share, note = (
                0.0,
                f"These labels have already judged {', '.join(sorted(others))}; a further version needs fresh labels.",
            )
    if share <= 0:
        look = AlphaLook(0.0, min(1.0, labels / first), 0.0, len(before) + 1, "labels used up")
    elif same is not None:
        look = AlphaLook(same.alpha, min(1.0, labels / first), same.spent, len(before) + 1, "as on record")
    else:
        look = alpha_at_look(
            entering,
            [item.n for item in before],
            scaled,
            share,
            bar=exact_bar,
            history_known=past.looks_known,
        )
    record = PastLook(criterion, bar, version, lineage, entering, first, look.alpha, look.spent, case.as_of)
    return NewLook(record, look, known=same is not None, note=note)
