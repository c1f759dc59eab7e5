"""What the record tells of the looks: how many there were, and the last of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from gatebook.record import Look, LookTotal
from gatebook.verdict.past import PastLook

EACH = 20  # looks told of one criterion
MOST = 60  # of all criteria
GROUPS = 20  # criteria and versions whose looks are counted apart


def looks_told(looks: Sequence[PastLook]) -> dict[str, Any]:
    """Return the fields of the record that tell of the looks, given all of them, oldest first."""
    seen: Counter[str] = Counter()
    last: list[PastLook] = []
    groups: dict[tuple[str, str], list[PastLook]] = {}
    for look in reversed(looks):
        if len(last) < MOST and seen[look.criterion] < EACH:
            seen[look.criterion] += 1
            last.append(look)
        group = look.criterion, look.version
        if group in groups or len(groups) < GROUPS:
            groups.setdefault(group, []).append(look)
    return {
        "looks": tuple(
            Look(criterion=k.criterion, at=k.at, n=k.n, planned=k.planned, alpha=k.alpha) for k in reversed(last)
        ),
        "looks_in_all": len(looks),
        "look_totals": tuple(
            LookTotal(
                criterion=criterion,
                version=version,
                looks=len(all_),
                first=all_[-1].at,
                last=all_[0].at,
                spent=max(k.spent for k in all_),
            )
            for (criterion, version), all_ in sorted(groups.items())
        ),
    }
