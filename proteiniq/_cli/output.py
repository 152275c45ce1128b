"""What commands print: data on stdout, everything else on stderr.

On a terminal, data is a table that fits it. In a pipe it is tab-separated and whole, with `--json` one JSON document,
and with `--quiet` only ids. JSON is ASCII, and everything else has its control characters escaped, so nothing that the
service sends can control a terminal.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from operator import attrgetter
from typing import Any, NamedTuple, TextIO

from .._display.text import cut, escaped, text_width
from .streams import can_encode, is_terminal, leave, nowhere

_AT_ONCE = 100
"""After how many rows a table's widths are computed and it is shown: a page of the service."""

_NARROWEST = 8
"""To which a column is shortened at most."""

_COLOURS = {"red": "31", "green": "32", "yellow": "33", "bold": "1"}

_OF_STATUS = {"COMPLETED": "green", "done": "green", "ok": "green", "warning": "yellow"} | dict.fromkeys(
    ("FAILED", "TIMEOUT", "CANCELLED", "BUDGET_EXCEEDED", "failed", "error"), "red"
)


class Column(NamedTuple):
    """A column of a listing, or a line of a record: its name, and how to get the value."""

    name: str
    value: Callable[[Any], Any]


def attributes(*names: str) -> list[Column]:
    """Return the columns of attributes, which are named like these."""
    return [Column(name, attrgetter(name)) for name in names]


def of_rows(rows: Iterable[Mapping[str, Any]]) -> list[Column]:
    """Return the columns of rows that may have different fields; what is nested is shown as JSON."""

    def field(name: str) -> Column:
        def value(row: Mapping[str, Any]) -> Any:
            found = row.get(name)
            return _json(found) if isinstance(found, (dict, list)) else found

        return Column(name, value)

    return [field(name) for name in dict.fromkeys(name for row in rows for name in row)]


def always(value: Any) -> Callable[[Any], Any]:
    """Return how to get a value that is known already."""
    return lambda _: value


class Output:
    """The streams of one command, and in which form it prints."""

    def __init__(self, stdout: TextIO | None, stderr: TextIO | None, environment: Mapping[str, str]) -> None:
        self._stdout, self._stderr = stdout or nowhere(), stderr or nowhere()
        for stream in (self._stdout, self._stderr):
            # A pipe of Windows, or the locale C, lacks characters that a name may have.
            stream.reconfigure(errors="backslashreplace")  # type: ignore[attr-defined]  # of a TextIOWrapper
        self._environment = environment
        self.as_json = False
        self.quiet = False
        self.is_closed = False
        """Whether the reader of stdout has gone: a list ends, but work that was begun goes on."""

    @property
    def is_live(self) -> bool:
        """Whether a line that changes can be shown on stderr."""
        return is_terminal(self._stderr) and self._environment.get("TERM") != "dumb" and not self._in_ci

    @property
    def can_ask(self) -> bool:
        """Whether somebody is there who can answer a question."""
        return self.can_type and is_terminal(self._stderr) and not self._in_ci

    @property
    def can_type(self) -> bool:
        """Whether stdin is a terminal."""
        return is_terminal(sys.stdin)

    @property
    def _in_ci(self) -> bool:
        return self._environment.get("CI", "") not in ("", "false", "0")

    def _is_coloured(self, stream: TextIO) -> bool:
        plain = self._environment.get("NO_COLOR") or self._environment.get("TERM") == "dumb"
        return is_terminal(stream) and not plain

    @property
    def stderr(self) -> TextIO:
        return self._stderr

    def listing(
        self, columns: Sequence[Column], items: Iterable[Any], *, id: Callable[[Any], str], empty: str
    ) -> None:
        """Print a list; JSON has what `to_dict` of its items returns. `empty` is said where there is none."""
        if self.as_json:
            self.document([_document(item) for item in items])
            return
        if self.quiet:
            for item in items:
                self._line(escaped(id(item)))
                if self.is_closed:
                    return
            return
        if is_terminal(self._stdout):
            if not self._table(columns, items):
                self.hint(empty)
            return
        self.heading(columns)
        for item in items:
            self._line("\t".join(_cell(column.value(item)) for column in columns))
            if self.is_closed:
                return

    def outcomes(
        self, columns: Sequence[Column], items: Iterable[Any], *, id: Callable[[Any], str], empty: str
    ) -> None:
        """Print what has happened as a list, up to an error, too, which is then raised."""
        failed: list[BaseException] = []

        def before() -> Iterator[Any]:
            try:
                for item in items:  # noqa: UP028 - it would end them where nobody reads the list
                    yield item
            except (Exception, KeyboardInterrupt) as error:
                failed.append(error)

        happened = list(before()) if self.as_json else before()
        if happened or not failed:
            self.listing(columns, happened, id=id, empty=empty)
        if failed:
            raise failed[0]

    def record(self, columns: Sequence[Column], item: Any, *, id: str, document: Any = None) -> None:
        """Print one thing; JSON has `document`, by default what its `to_dict` returns."""
        if self.as_json:
            self.document(_document(item) if document is None else document)
        elif self.quiet:
            self._line(escaped(id))
        elif is_terminal(self._stdout):
            names = [escaped(column.name) for column in columns]
            width = max(map(text_width, names))
            for name, column in zip(names, columns, strict=True):
                text = self._tinted(shown(column.value(item)))
                self._line(f"{name}{'':{width - text_width(name)}}  {text}")
        else:
            for column in columns:
                self._line(f"{escaped(column.name)}\t{_cell(column.value(item))}")

    def document(self, value: Any) -> None:
        """Print a JSON document."""
        self._line(_json(value, indent=2))

    @property
    def is_terminal(self) -> bool:
        """Whether data is shown on a terminal."""
        return is_terminal(self._stdout)

    def event(self, columns: Sequence[Column], item: Any, *, id: str) -> None:
        """Print one of several things that happen over time: with `--json`, each is an object on a line of its own."""
        if self.as_json:
            self._line(_json(_document(item)))
        elif self.quiet:
            self._line(escaped(id))
        else:
            self._line("\t".join(_cell(column.value(item)) for column in columns))

    def heading(self, columns: Sequence[Column]) -> None:
        """Print the line of names of tab-separated rows; some are fields of the service's results."""
        self._line("\t".join(escaped(column.name) for column in columns))

    def text(self, text: str) -> None:
        """Print text of this program, such as a script."""
        self._line(text)

    def _table(self, columns: Sequence[Column], items: Iterable[Any]) -> bool:
        """Print a table for a terminal, and return whether it has rows."""
        widths: list[int] = []
        for rows in _chunks([shown(column.value(item)) for column in columns] for item in items):
            if not widths:
                head = [escaped(column.name.upper()) for column in columns]
                widths = _widths([head, *rows], self.columns)
                self._line(self._styled("bold", self._row(head, widths)))
            for row in rows:
                self._line(self._row(row, widths, self._tinted))
            if self.is_closed:
                break
        return bool(widths)

    def _row(self, cells: Sequence[str], widths: Sequence[int], tint: Callable[[str], str] = str) -> str:
        ellipsis = "…" if can_encode(self._stdout, "…") else "..."
        parts = []
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            short = (
                cell
                if text_width(cell) <= width or not place
                else cut(cell, width - len(ellipsis)) + ellipsis
            )
            parts.append(tint(short) + " " * (width - text_width(short)))
        return "  ".join(parts).rstrip()

    def _tinted(self, text: str) -> str:
        colour = _OF_STATUS.get(text)
        return self._styled(colour, text) if colour else text

    def _styled(self, style: str, text: str) -> str:
        return _style(style, text) if self._is_coloured(self._stdout) else text

    @property
    def columns(self) -> int:
        """How many columns the terminal of stdout has, 80 if it isn't one."""
        with suppress(ValueError):
            return max(int(self._environment.get("COLUMNS", "")), 1)
        # Not shutil's function: importing that module takes longer than most of a help page.
        with suppress(OSError, ValueError, AttributeError):
            return os.get_terminal_size(self._stdout.fileno()).columns or 80
        return 80

    def _line(self, text: str) -> None:
        if self.is_closed:
            return
        try:
            self._stdout.write(text + "\n")
            self._stdout.flush()
        except OSError as error:
            self.leave()
            if not isinstance(error, BrokenPipeError):
                raise

    def leave(self) -> None:
        """Write no more to stdout, which can't be written."""
        self.is_closed = True
        leave(self._stdout)

    def hint(self, text: str) -> None:
        """Say something that a program doesn't need: nothing is lost where it isn't said."""
        if not self.as_json and not self.quiet:
            self._say(text)

    def written(self, path: str) -> None:
        """Say where a file is that was named; a program that asks for output gets its path."""
        if self.as_json or self.quiet:
            self.listing([Column("path", str)], [path], id=str, empty="")
        else:
            self.hint(f"Written to {path}.")

    def notice(self, text: str, kind: str = "Notice") -> None:
        """Say something that must not be missed, such as a long pause or a warning."""
        if self.as_json:
            self._say_raw(_json({"type": kind, "message": _hidden(text)}))
        else:
            self._say(text)

    def error(self, document: Mapping[str, Any], text: str, more: Sequence[str] = ()) -> None:
        """Say what went wrong: with `--json` as one object, else as a sentence and the lines after it."""
        if self.as_json:
            hidden = {
                name: _hidden(value) if isinstance(value, str) else value for name, value in document.items()
            }
            self._say_raw(_json(hidden))
            return
        start = _style("red", "error:") if self._is_coloured(self._stderr) else "error:"
        self._say(text, start + " ")
        for line in more:
            self._say(line)

    def end_line(self) -> None:
        """End the line on which a terminal has shown ^C."""
        if is_terminal(self._stderr):
            self._say_raw("")

    def ask(self, question: str) -> bool:
        """Ask on the terminal; only `y` and `yes` are a yes."""
        self._stderr.write(f"{escaped(question)} [y/N] ")
        self._stderr.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def _say(self, text: str, start: str = "") -> None:
        self._say_raw(start + "\n  ".join(map(escaped, _hidden(text).split("\n"))))

    def _say_raw(self, text: str) -> None:
        try:
            self._stderr.write(text + "\n")
            self._stderr.flush()
        except OSError:  # that nobody can be told must not end what was begun
            leave(self._stderr)


def _hidden(text: str) -> str:
    """Return a message without the secret of a key, which may have been given as an argument by mistake."""
    if "pq_live_" not in text:
        return text
    from .._wire.key import hide_keys

    return hide_keys(text)


def shown(value: Any) -> str:
    """Return a value as a table shows it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:,.12g}"
        case str():
            return escaped(value)
        case list() | tuple():
            return ", ".join(map(shown, value))
    if hasattr(value, "astimezone"):
        return f"{value.astimezone():%Y-%m-%d %H:%M:%S}"
    return escaped(str(value))


def _cell(value: Any) -> str:
    """Return a value as a cell of tab-separated text: times in ISO 8601, numbers without separators."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:.12g}"
        case list() | tuple():
            return ",".join(map(_cell, value))
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return escaped(str(value))


def _document(item: Any) -> Any:
    if hasattr(item, "to_dict"):
        return item.to_dict()
    if hasattr(item, "__attrs_attrs__"):
        import attrs

        return attrs.asdict(item)
    return item


def _json(value: Any, indent: int | None = None) -> str:
    import json

    return json.dumps(value, indent=indent, default=str)


def _style(style: str, text: str) -> str:
    return f"\x1b[{_COLOURS[style]}m{text}\x1b[0m"


def _chunks(rows: Iterable[list[str]]) -> Iterator[list[list[str]]]:
    chunk: list[list[str]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _widths(rows: Sequence[Sequence[str]], available: int) -> list[int]:
    """Return the widths of the columns. The first one, which has the ids, is never shortened."""
    widths = [max(map(text_width, column)) for column in zip(*rows, strict=True)]
    over = sum(widths) + 2 * (len(widths) - 1) - available
    while over > 0 and len(widths) > 1:
        widest = max(range(1, len(widths)), key=widths.__getitem__)
        if widths[widest] <= _NARROWEST:
            break
        widths[widest] -= 1
        over -= 1
    return widths
