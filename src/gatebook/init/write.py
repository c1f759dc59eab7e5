"""The commented project file and the empty templates, as text. Every value is TOML whatever the columns are called."""

from __future__ import annotations

import datetime as dt
import json

from gatebook.init.guess import Draft
from gatebook.init.keys import Guess, Value
from gatebook.project.guesses import UNSURE

INTEGRATIONS = "integrations.csv"
INTEGRATIONS_HEADER = "system,direction,critical,owner,spec,auth,token_ttl_s,data_class,rate_limit_per_s,p95_ms,last_read_ok,last_write_ok"
_WEEKS = dt.timedelta(weeks=12)
_EXPLAINED = {
    "sample": "the production sample: rows as they really come in",
    "curated": "what the proof of concept was built on",
    "curated_labels": "the true answers of the curated rows",
    "curated_predictions": "the outputs for the curated rows",
    "labels": "the true answers; a blank label is an unlabelled row",
    "predictions": "the outputs, one row for each id and version",
    "integrations": "the systems that the product will talk to, one row each",
}
_TABLES_WANTED = {
    "curated": ('path = "curated.csv"',),
    "labels": ('path = "labels.csv"', 'id = "id"', 'label = "label"'),
    "predictions": ('path = "predictions.csv"', 'id = "id"', 'prediction = "prediction"', 'latency_ms = "latency_ms"'),
}


def project_file(name: str, draft: Draft, start: dt.date) -> str:
    """Return the text of `gatebook.toml`; guesses that are not sure carry a `?` in their comment."""
    lines = [
        "# Written by `gatebook init` from the files in this folder. A ? marks a guess that you should check.",
        *_notes(draft.unsure),
        "",
        "[project]",
        f"name = {toml(name)}",
        *_keys(draft, "project", ("task", "candidate")),
        '# owner = "..."                  # you must set this: the person with P&L responsibility',
        f"start = {start.isoformat()}               # ? the day of this init; week 4 is counted from it",
        f"# deadline = {(start + _WEEKS).isoformat()}",
        f"# data_requested = {start.isoformat()}",
        f"# data_received = {start.isoformat()}",
        *_keys(draft, "project", ("personal",)),
        *(f"# {line}" for line in _keys(draft, "project", ("public",))),
    ]
    roles = dict.fromkeys(g.key.split(".")[1] for g in draft.guesses if g.key.startswith("tables."))
    for role in roles:
        lines += ["", f"[tables.{role}]".ljust(32) + f"  # {_EXPLAINED[role]}", *_keys(draft, f"tables.{role}")]
    lines += _missing_tables(draft, list(roles))
    lines += _targets(draft)
    lines += _BY_HAND.splitlines()
    return "\n".join(lines) + "\n"


def _keys(draft: Draft, section: str, only: tuple[str, ...] = ()) -> list[str]:
    found = []
    for guess in draft.guesses:
        where, _, key = guess.key.rpartition(".")
        if where == section and (not only or key in only):
            found.append(_line(key, guess))
    return found


def _line(key: str, guess: Guess) -> str:
    written = f"{'# ' if guess.offered else ''}{key} = {toml(guess.value)}"
    mark = "" if guess.sure or guess.offered else f"{UNSURE} "
    return written.ljust(32) + f"  # {mark}{_comment(guess.why)}"


def _notes(unsure: tuple[str, ...]) -> list[str]:
    return ["#", "# Please check:", *(f"# - {_comment(u)}" for u in unsure)] if unsure else []


def _comment(text: str) -> str:
    """Return text that can stand in a TOML comment: one line, no control characters."""
    clean = "".join(c if c.isprintable() else " " for c in text)
    return clean if len(clean) <= 300 else f"{clean[:297]}..."


def _missing_tables(draft: Draft, roles: list[str]) -> list[str]:
    have = {g.key for g in draft.guesses}
    lines: list[str] = []
    for role, example in _TABLES_WANTED.items():
        told = {"labels": ("label", "score"), "predictions": ("prediction",)}.get(role, ())
        if role in roles or any(f"tables.sample.{key}" in have for key in told):
            continue
        lines += ["", f"# [tables.{role}]".ljust(32) + f"  # {_EXPLAINED[role]}", *(f"# {line}" for line in example)]
    if "integrations" not in roles:
        lines += [
            "",
            f"# Fill in {INTEGRATIONS} (one row a system), then take the # from the next two lines:",
            "# [tables.integrations]",
            f"# path = {toml(INTEGRATIONS)}",
        ]
    return lines


def _targets(draft: Draft) -> list[str]:
    lines = ["", "[targets]", *_keys(draft, "targets", ("metric",))]
    lines.append("# value = 0.85                    # you must set this: what the product must reach in the end")
    lines += _keys(draft, "targets", ("positive",))
    return [
        *lines,
        "# latency_ms = 800                # you must set this: the agreed answer time at the percentile below",
        "# latency_percentile = 95",
        "# throughput_per_s = 5",
        "# planned_labels = 400            # how many labels you plan to have in all",
    ]


_BY_HAND = """
# What teams keep by hand: fill in and take the # away.

# [[edge_cases]]                  # one block for each unusual kind of input
# case = "empty message"
# decision = "reject"             # handle, reject or ignore
# owner = "..."

# [value]                         # what an answer is worth, and who says so
# currency = "EUR"
# volume_per_month = 10000
# value_right = 1.50              # what a right answer saves
# cost_wrong = 4.00               # what a wrong one costs
# run_cost_per_month = 2000
# review_share = 0.05             # of the cases that people look at, at what cost each
# review_cost = 3.00
# review_capacity_per_day = 20    # cases that people can take on a day (default: review_share of the volume)
# label_cost = 2.00               # of one more label, and how many can be made a day
# labels_per_day = 50
# stated_by = "..."

# [plan]                          # the assumptions of the twelve weeks
# data_access = true
# documented_apis = true
# dedicated_team = true
# stable_scope = true
# first_time = false

# [[open]]                        # who closes an open condition, by when
# id = "2.3"
# owner = "..."
# due = "..."                     # a date, e.g. 2026-11-14
"""


def toml(value: Value) -> str:
    """Return a value as TOML."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{toml(k)} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, tuple):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    whole = float(value) % 1 == 0 and abs(value) < 1e15  # TOML's integers end at 64 bits
    return str(int(value)) if whole else f"{float(value):.12g}"
