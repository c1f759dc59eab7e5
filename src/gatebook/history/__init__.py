"""What happened to a project: an append-only file, who else knows how far it goes, and who works on it now."""
