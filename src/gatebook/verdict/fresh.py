"""A final label set: which labels have judged no other version, so that a later version can be judged by them alone.

Without `[targets] final_label_set` all versions share the labels and one alpha. With it, a label counts for a version
only if no other version was judged on it, nor any version before the set was declared: that version has an alpha of its
own. The history keeps a short hash of the id of every label that judged a version.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from gatebook.cases.columns import short_hash
from gatebook.evidence.draw import draw_of
from gatebook.evidence.facts import Facts
from gatebook.stats.balance import Imbalance
from gatebook.words import Code, Said, said

HASH_BYTES = 6
GONE = 0.01  # share of the labels on record that may be missing before nothing can be called new

Judged = Mapping[tuple[str, bool], frozenset[bytes]]


class NoNew(Code):
    """Why no label can be called new."""

    BROKEN = "broken"
    UNRECORDED = "unrecorded"
    UNRECORDED_ALONE = "unrecorded_alone"
    GONE = "gone"


@dataclass(frozen=True)
class Fresh:
    """The labels of a final label set, for the version under decision.

    Attributes:
        keys: ids whose label counts.
        reserved: hashes of the ids that judge another version alone.
        others: versions that were judged before, in alphabetical order.
        alone: versions that had labels of their own, this one among them.
        draw: by what these rows can be told from the rest of the sample, None where nothing can be compared.
        note: why none can be called new, None where some can or where there is no label at all.
    """

    keys: frozenset[str]
    reserved: frozenset[bytes]
    others: tuple[str, ...]
    alone: int
    draw: Imbalance | None
    note: Said | None = None

    def counts(self, keys: np.ndarray) -> np.ndarray:
        """Return which rows count, shape (n,), given the id of each."""
        return np.array([key in self.keys for key in keys], dtype=bool)

    def free(self, keys: np.ndarray) -> np.ndarray:
        """Return which rows judge no other version alone, shape (n,)."""
        return np.array([hashed(key) not in self.reserved for key in keys], dtype=bool)


def hashed(key: str) -> bytes:
    """Return the short hash of an id. A collision makes a new label count as used, never the reverse."""
    return short_hash(key, HASH_BYTES)


def written(ids: Iterable[bytes]) -> str:
    """Return hashes as the history keeps them."""
    return base64.b64encode(b"".join(sorted(ids))).decode("ascii")


def read(text: str) -> frozenset[bytes]:
    """Return the hashes that `written` wrote."""
    raw = base64.b64decode(text)
    return frozenset(raw[i : i + HASH_BYTES] for i in range(0, len(raw), HASH_BYTES))


def fresh_labels(facts: Facts, judged: Judged, looked: frozenset[tuple[str, bool]]) -> Fresh | None:
    """Return the labels that judge the candidate alone, None where there are no outcomes.

    Args:
        facts: the outcomes and the clusters.
        judged: (version, alone) -> ids on record.
        looked: (version, alone) of every look at the labels on record.
    """
    found, sample = facts.outcomes, facts.sample
    if found is None or sample is None:
        return None
    me = found.candidate or ""
    spent = frozenset[bytes]().union(*(ids for (version, alone), ids in judged.items() if not alone or version != me))
    reserved = frozenset[bytes]().union(*(ids for (version, alone), ids in judged.items() if alone and version != me))
    others = tuple(sorted({version for version, _ in looked if version != me}))
    versions = {version for version, alone in looked if alone} | {me}
    alone = len(versions) + any(not alone and version not in versions for version, alone in looked)
    known = found.labelled()["key"].to_numpy(dtype=object)
    hashes = {str(key): hashed(str(key)) for key in known}
    note: Said | None = None
    if not looked <= set(judged):
        note = said(NoNew.UNRECORDED, names=others) if others else said(NoNew.UNRECORDED_ALONE)
    elif (gone := len(spent - set(hashes.values()))) > GONE * max(len(spent), 1):
        note = said(NoNew.GONE, n=gone)
    if note:
        return Fresh(frozenset(), reserved, others, alone, None, note)
    used = {key for key, value in hashes.items() if value in spent}
    if facts.clusters.codes is not None:  # a new label of a customer who judged an earlier version is not new
        mine = found.frame["key"].astype("str")
        codes = facts.clusters.codes
        touched = np.unique(codes[mine.isin(used).to_numpy()])
        used |= set(mine[np.isin(codes, touched)])
    keys = frozenset(hashes) - used
    labelled = found.labelled()
    draw = draw_of(found, labelled[labelled["key"].isin(keys)], sample, facts.tables.get("predictions"))
    return Fresh(keys, reserved, others, alone, draw)
