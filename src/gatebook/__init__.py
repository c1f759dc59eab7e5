"""gatebook: assessment notebooks that decide whether an AI proof of concept is ready."""

__version__ = "0.1.0"
