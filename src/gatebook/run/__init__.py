"""A run: assess a project once, make its documents, publish them together, write down that it happened; and its
proof.
"""

from gatebook.run.projects import Outcome, exit_code, run_projects

__all__ = ["Outcome", "exit_code", "run_projects"]
