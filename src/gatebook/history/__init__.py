"""What happened to a project: an append-only file, who else knows how far it goes, and who works on it now."""

HOME = ".gatebook"  # the folder in the project's own; below, names of files
HEAD = "history.head.json"
LAST_RECORD = "last-record.json"
MANIFEST = "manifest.json"  # of a published run
