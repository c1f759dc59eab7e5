"""A run: assess a project once, make its documents, publish them together, write down that it happened; and its
proof.
"""
