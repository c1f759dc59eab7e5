"""What the statistics say in words: why a figure shows nothing, how it was measured, what cannot be measured at all."""

from __future__ import annotations

from gatebook.words import Code, say


class Lacking(Code):
    """Why a figure shows nothing."""

    NO_ROWS = "no_rows"
    NO_REQUESTS = "no_requests"
    FEW_GROUPS = "few_groups"
    FEW_EQUAL_GROUPS = "few_equal_groups"
    UNEQUAL_WEIGHTS = "unequal_weights"
    FEW_ROWS_OF_A_MEAN = "few_rows_of_a_mean"
    FEW_GROUPS_OF_A_MEAN = "few_groups_of_a_mean"
    HEAVY_TAIL = "heavy_tail"
    ONE_CLASS = "one_class"
    FEW_OF_A_CLASS = "few_of_a_class"
    FEW_OF_ONE_CLASS = "few_of_one_class"
    FEW_LABELS_BESIDE_A_GUESS = "few_labels_beside_a_guess"
    FEW_ITEMS = "few_items"
    ONE_CATEGORY = "one_category"
    FEW_BLOCKS = "few_blocks"
    FEW_MINUTES = "few_minutes"
    LONG_SPELLS = "long_spells"


class Method(Code):
    """How a figure was measured."""

    EXACT = "exact"
    EFFECTIVE = "effective"
    IN_ORDER = "in_order"
    BOUNDED_MEAN = "bounded_mean"
    AS_F1 = "as_f1"
    MACRO_F1 = "macro_f1"
    AUC = "auc"
    LOSS = "loss"
    GUESS = "guess"
    ORDER_STATISTICS = "order_statistics"
    WINDOWS = "windows"
    TO_SHARES = "to_shares"
    DIFFERENCE = "difference"
    AGREEMENT = "agreement"


class Fault(Code):
    """What arrays and settings cannot be measured."""

    PROPORTION = "proportion"
    SCALE = "scale"
    WEIGHTS = "weights"
    SHARES = "shares"
    CHANCES = "chances"
    LOSSES = "losses"
    ZEROS_AND_ONES = "zeros_and_ones"
    MISSING = "missing"
    NAN = "nan"
    LENGTHS = "lengths"
    POOL_WITHOUT_CLUSTERS = "pool_without_clusters"
    LOOKS = "looks"
    COUNTS = "counts"
    AGREEMENT = "agreement"


def refused(fault: Fault, **values: object) -> ValueError:
    """Return the error that says what cannot be measured."""
    return ValueError(say(fault, **values))
