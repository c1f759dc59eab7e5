"""What GitHub's own renderer makes of a text in Markdown."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options

REFERENCE = re.compile(r"[@#<>]|[A-Za-z]\w*-\d|[!~$&%]\w|://|www|(?i:mailto|xmpp):|:\w+:|\b[0-9a-f]{7,40}\b")
OURS = {"h2", "p", "table", "thead", "tbody", "tr", "th", "td", "strong", "ul", "li", "code"}


class Shown(HTMLParser):
    """What GitHub shows of a text in Markdown: the tags, the words, and the words outside of code."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words, self.bare, self.code = "", "", False
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE))

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.add(tag)
        self.code = self.code or tag == "code"

    def handle_endtag(self, tag) -> None:
        self.code = self.code and tag != "code"

    def handle_data(self, data) -> None:
        self.words += data
        self.bare += "\n" if self.code else data

    def alive(self) -> list[str]:
        """What is more than words: other tags than ours, and what a site makes a link or a mention of."""
        found = REFERENCE.findall(self.bare.replace("\xa0", " "))
        return [*sorted(self.tags - OURS), *found]
