"""The candidate's requests as they came: in which order, and which of them came from one customer, session or the
like.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gatebook.cases.bind import Cases
from gatebook.cases.columns import stripped
from gatebook.cases.times import in_order
from gatebook.evidence.clusters import find_clusters
from gatebook.project import Project
from gatebook.reading import Table
from gatebook.stats.latency import MIN_SLOW


@dataclass(frozen=True)
class Requested:
    """The candidate's requests.

    Attributes:
        frame: as in `Cases.requests`, in order of time or, where it is not known, of the file.
        clusters: integer code of the cluster of each request, shape (n,); None where they are independent.
        column: the sample's column that says so.
    """

    frame: pd.DataFrame
    clusters: np.ndarray | None = None
    column: str | None = None

    @property
    def latency(self) -> np.ndarray:
        """Return the times in ms, infinite where a request failed, NaN where it is not known; shape (n,)."""
        return self.frame["latency_ms"].to_numpy(float)

    @property
    def failed(self) -> np.ndarray:
        """Return which requests failed, shape (n,)."""
        return self.frame["failed"].to_numpy(bool)


def requests_as_they_came(project: Project, tables: Mapping[str, Table], found: Cases) -> Requested | None:
    """Return the candidate's timed requests, None where there are none.

    A cluster is the declared one, or a column of the sample by which the slowest requests visibly go together: as many
    as may be slow, and at least 10. One with too few groups to be judged is applied too, so that nothing is shown.
    """
    requests = found.requests
    if "latency_ms" not in found.has or requests.empty:
        return None
    if "time" in found.has:
        requests = requests.iloc[in_order(requests["time"])]
    column, codes = _clusters(project, tables, found)
    if column is None:
        return Requested(requests)
    by_key = dict(zip(found.frame["key"], codes, strict=True))
    mine = requests["key"].map(by_key).to_numpy(float, copy=True)
    alone = np.isnan(mine)  # requests outside the sample
    mine[alone] = len(codes) + np.flatnonzero(alone)
    return Requested(requests, mine.astype(np.int64), column)


def _clusters(project: Project, tables: Mapping[str, Table], found: Cases) -> tuple[str | None, np.ndarray]:
    """Return the column whose values requests share, and the code of each row of the cases by it."""
    frame = found.frame
    known = np.flatnonzero(frame["answered"].to_numpy(bool))
    latency = frame["latency_ms"].to_numpy(float)[known]
    times = np.where(np.isfinite(latency), latency, np.inf)
    few = max(MIN_SLOW, math.ceil((1 - project.targets.latency_percentile / 100) * len(times)))
    slowest = times >= np.sort(times)[-few] if len(times) > few else np.zeros(len(times), dtype=bool)
    clusters = find_clusters(project, dict(tables), found, slowest.astype(float), known)
    if clusters.codes is not None:
        return clusters.column, clusters.codes
    if clusters.unclear is None:
        return None, np.empty(0)
    values = stripped(tables["sample"].frame([clusters.unclear]).iloc[frame["row"].to_numpy(int), 0])
    return clusters.unclear, pd.factorize(values)[0]
