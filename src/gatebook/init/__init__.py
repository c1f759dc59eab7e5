"""`gatebook init`: a project file, guessed from a folder of bare tables."""

from gatebook.init.draft import GuessedKey
from gatebook.init.start import InitReport, init_project

__all__ = ["GuessedKey", "InitReport", "init_project"]
