"""The decision record: everything that documents show; `decision.json` is its JSON form."""

from gatebook.record.facts import *
from gatebook.record.model import *
