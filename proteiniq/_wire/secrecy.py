"""Keep the signatures of URLs out of logs and messages: only scheme, host and path of a signed URL are shown."""

from __future__ import annotations

import logging
import re
from urllib.parse import unquote_plus, urlsplit

_URL = re.compile(r"""(https?://[^\s"'<>?]*)(\?(?:\\(?!")|[^\s"'<>\\])*)?""")
"""A URL and its query. One without a query is matched too, so that the next is looked for after it."""
_ANY_QUERY = re.compile(r"""\?[^\s"'<>]+""")
_SHORTEST_HIDDEN = 16


def without_queries(text: str) -> str:
    """Return a text without the queries of the URLs in it. JSON stays JSON."""
    return _URL.sub(lambda found: found[1] if found[2] is None else f"{found[1]}?…", text)


def without_any_query(text: str) -> str:
    """Return the text of an HTTP library without anything that looks like a query, such as that of a relative URL."""
    return _ANY_QUERY.sub("?…", text)


def without_values(content: bytes, url: str) -> bytes:
    """Return the body of a response without the values of its URL's query: storage repeats a wrong signature.

    Short values, such as those of flags, are kept.
    """
    for pair in urlsplit(url).query.split("&"):
        value = pair.partition("=")[2]
        for each in (value, unquote_plus(value)):
            if len(each) >= _SHORTEST_HIDDEN:
                content = content.replace(each.encode(), "…".encode())
    return content


class SignedUrl(str):
    """A URL that a traceback with local variables shows without its query."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(without_any_query(str(self)))


class WithoutQueries(logging.Filter):
    """Removes the queries from the log of an HTTP library, which has the headers of responses, `Location` included."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if "?" in message:
            record.msg, record.args = without_any_query(message), ()
        return True


_FILTER = WithoutQueries()


def hide_in_log(*loggers: str) -> None:
    """Keep queries out of the log of a library."""
    for name in loggers:
        logging.getLogger(name).addFilter(_FILTER)
