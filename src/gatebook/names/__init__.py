"""Which columns name people, told by their values: word lists, the shapes of names, and one answer a column."""
