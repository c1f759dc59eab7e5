"""Personal data by kind, told by the values themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np

from gatebook.checks.column import CheckedTable, Column
from gatebook.checks.finding import Finding, Found
from gatebook.checks.registry import CheckName, whole_table
from gatebook.names.column import MOST, holds_people, holds_user_names, user_names
from gatebook.words import Code

# Begins where a run of letters begins: at each of its letters anew, a long run would take time with its square.
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]++@(?:[\w-]+\.)+[^\W\d][\w-]*")  # recall@0.5 is none
_IP = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
_CARD = re.compile(r"(?<![\d-])(?:\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}|\d{13,16})(?![\d-])")
_SSN = re.compile(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)")
_PHONE = re.compile(
    r"(?<![\d.])(?:\+\d{1,3}[ .-]?)?(?:\(\d{2,4}\)[ .-]?|\d{3}[ .-])\d{3}[ .-]\d{4}(?!\d)|(?<!\d)\+\d{10,14}(?!\d)"
    r"|(?<![\w+])\+[1-9]\d{0,2}[ (/-](?:[ ()/-]{0,2}\d){6,12}(?!\d)"  # ITU-T E.123: + country, then up to 12 digits
)
_NAMED = re.compile(
    r"(^|[_ ])(first|last|sur|given|family|full)_?name$|(^|[_ ])(f|l)_?name$|birth|^dob$|^ssn$|passport|^e?mail|^phone"
    r"|^mobile(_?(phone|number|no))?$|street|^address",
    re.IGNORECASE,
)


class Identifier(Code):
    """The kinds of personal data."""

    EMAIL = "email"
    CARD = "card"
    ACCOUNT = "account"
    SSN = "ssn"
    PHONE = "phone"
    ADDRESS = "address"
    PEOPLE = "people"


def luhn(digits: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1)."""
    total = 0
    for i, c in enumerate(reversed(digits)):
        d = int(c)
        total += d if i % 2 == 0 else d * 2 - 9 * (d > 4)  # sum of the two digits of 2d
    return total % 10 == 0


def _is_card(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    return digits[0] in "3456" and len(set(digits)) > 1 and luhn(digits)  # a repeated digit is no card


def _is_address(text: str) -> bool:
    return all(int(part) < 256 for part in text.split("."))  # a byte


def _is_account(text: str) -> bool:
    """The check digits of bank accounts (ISO 13616): modulo 97 they leave 1."""
    plain = text.replace(" ", "")
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


_KINDS: dict[Identifier, tuple[re.Pattern[str], Callable[[str], bool]]] = {
    Identifier.EMAIL: (_EMAIL, bool),
    Identifier.CARD: (_CARD, _is_card),
    Identifier.ACCOUNT: (_IBAN, bool),
    Identifier.SSN: (_SSN, bool),
    Identifier.PHONE: (_PHONE, bool),
    Identifier.ADDRESS: (_IP, _is_address),
}


def mask_personal(text: str, mask: str) -> str:
    """Return the text with a mask in place of each address, card, account or telephone number in it."""
    for pattern, holds in ((_EMAIL, bool), (_CARD, _is_card), (_IBAN, _is_account), (_SSN, bool), (_PHONE, bool)):
        text = _masked(text, pattern, holds, mask)
    return text


def _masked(text: str, pattern: re.Pattern[str], holds: Callable[[str], bool], mask: str) -> str:
    return pattern.sub(lambda m: mask if holds(m[0]) else m[0], text)


def holds_personal(text: str) -> bool:
    """Return whether a name holds an address, a card, an account or a telephone number."""
    return mask_personal(text, "") != text


def people_columns(table: CheckedTable) -> set[str]:
    """Return the columns that hold names of people or user names of people, those beside them or any."""
    texts = {c.name: _commonest(c) for c in table.columns if not (c.is_number or c.is_date or c.is_prose) and c.n_real}
    found = {name for name, values in texts.items() if holds_people(name, values)}
    made = user_names(value for name in found for value in texts[name])
    return found | {name for name, values in texts.items() if holds_user_names(values, made)}


def _commonest(column: Column) -> list[str]:
    """Return the commonest values and some of the others, those that stand for nothing left out."""
    real = np.flatnonzero(column.real)
    ordered = real[np.argsort(-column.counts[real], kind="stable")]
    rest = ordered[MOST // 2 :]
    return [str(v) for v in column.values[[*ordered[: MOST // 2], *rest[:: max(1, 2 * len(rest) // MOST)]]]]


def personal_kinds(column: Column) -> dict[Identifier, int]:
    """Rows of the column by kind of personal data, the most first."""
    rows: dict[Identifier, int] = {}
    named = column.none
    for kind, (pattern, holds) in _KINDS.items() if not column.is_date else ():
        if kind is Identifier.EMAIL and "@" not in column.text:
            continue
        mask = column.at([i for i, text in column.matches(pattern) if holds(text)]) & column.real & ~named
        rows[kind] = column.count(mask)
        named |= mask
    # plain numbers: a card needs nearly the whole column, else it is chance
    least = 0.9 * column.n_real if column.is_number or column.is_key else 1
    return dict(sorted(((k, n) for k, n in rows.items() if n and n >= least), key=lambda kind: -kind[1]))


@whole_table(CheckName.PERSONAL)
def find_personal(table: CheckedTable) -> Iterator[Finding]:
    """One note a column; the document layer withholds the values of these columns."""
    people = people_columns(table)
    for column in table.columns:
        if column.name in table.roles.public or not column.n_real:
            continue
        kinds = personal_kinds(column) or ({Identifier.PEOPLE: column.n_real} if column.name in people else {})
        if kinds:
            yield column.fact(Found.PERSONAL, sum(kinds.values()), kinds=list(kinds))
        elif _NAMED.search(column.name):
            yield column.fact(Found.PERSONAL_NAMED, column.n_real)
        elif column.name in table.roles.personal:
            yield column.fact(Found.PERSONAL_DECLARED, column.n_real)
