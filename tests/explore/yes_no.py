"""A generated project whose answers a threshold makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd


def write_yes_no(folder: Path, threshold: float = 0.5) -> Path:
    """Write a project whose answers a threshold makes from a probability, with gaps, odd values and an id-like
    column.
    """
    random = np.random.default_rng(11)
    rows = 600
    truth = np.where(random.random(rows) < 0.4, "yes", "no")
    chance = 1 / (1 + np.exp(-(np.where(truth == "yes", 1.0, -1.0) + random.normal(0, 1.0, rows))))
    when = pd.Timestamp("2026-08-03") + pd.to_timedelta(np.sort(random.uniform(0, 42 * 86400, rows)), unit="s")
    sample = pd.DataFrame(
        {
            "id": [f"c{i:04d}" for i in range(rows)],
            "created": when.strftime("%Y-%m-%d %H:%M:%S"),
            "channel": random.choice(["web", "mail", "phone"], rows),
            "amount": random.lognormal(4, 0.6, rows).round(2),
            "note": random.choice(["called", "N/A", ""], rows, p=[0.8, 0.15, 0.05]),
            "question": [
                " ".join(words) for words in random.choice(["where", "is", "my", "order", "refund", "card"], (rows, 9))
            ],
        }
    )
    folder.mkdir(parents=True, exist_ok=True)
    sample.to_csv(folder / "sample.csv", index=False)
    sample.head(300).assign(channel="web").to_csv(folder / "curated.csv", index=False)
    pd.DataFrame({"id": sample["id"], "answer": truth}).head(400).to_csv(folder / "labels.csv", index=False)
    pd.DataFrame({"id": sample["id"], "p": chance.round(3)}).to_csv(folder / "predictions.csv", index=False)
    (folder / "gatebook.toml").write_text(
        '[project]\nname = "Yes or no"\ntask = "classification"\n'
        '[tables.sample]\npath = "sample.csv"\nid = "id"\ntime = "created"\ntext = '
        '["question"]\n[tables.curated]\npath = "curated.csv"\nid = "id"\n'
        '[tables.labels]\npath = "labels.csv"\nid = "id"\nlabel = "answer"\nmeasured = true\n'
        f'[tables.predictions]\npath = "predictions.csv"\nid = "id"\nprobability = "p"\nthreshold = {threshold}\n'
        '[targets]\nmetric = "accuracy"\nvalue = 0.9\npositive = "yes"\n'
    )
    return folder
