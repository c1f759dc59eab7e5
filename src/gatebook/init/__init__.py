"""`gatebook init`: a project file, guessed from a folder of bare tables."""

from gatebook.init.draft import KeyGuess
from gatebook.init.start import InitReport, init_project

__all__ = ["InitReport", "KeyGuess", "init_project"]
