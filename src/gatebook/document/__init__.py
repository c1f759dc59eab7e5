"""Documents: records become pages for people; nothing here reads a table or judges a row."""
