"""The file library."""

from __future__ import annotations

from typing import Any

import click

from .base import LIMIT, group
from .output import attributes
from .progress import progress
from .session import CommandError, Session

files = group("files", "The file library: list, upload and delete.")

_COLUMNS = attributes("id", "filename", "format", "size_bytes", "origin", "created_at")

_DETAILS = [*_COLUMNS, *attributes("mime_type", "storage_owner", "tags", "description")]


@files.command(
    "list",
    short_help="List the files of the library.",
    examples=("proteiniq files list", "proteiniq files list --format fasta --mine -q"),
)
@click.option("--search", "q", metavar="TEXT", help="Only files that have this text.")
@click.option("--format", metavar="NAME", help="Only files of this format, such as pdb.")
@click.option("--origin", metavar="NAME", help="Only files of this origin, such as upload.")
@click.option("--mine", is_flag=True, help="Only files of the key's user.")
@LIMIT
@click.pass_obj
def list_files(session: Session, /, mine: bool, **filters: Any) -> None:
    """List the files of the library."""
    found = session.client.files.list(mine=mine or None, **filters)
    session.output.listing(_COLUMNS, found, id=lambda file: file.id, empty="No file fits.")


@files.command(
    "upload",
    short_help="Upload files to the library.",
    examples=("proteiniq files upload proteins.fasta --tag lysozyme",),
)
@click.argument("paths", nargs=-1, required=True, metavar="FILE...")
@click.option("--description", metavar="TEXT", help="A description of each of them.")
@click.option("--tag", "tags", multiple=True, metavar="NAME", help="A tag of each of them; repeatable.")
@click.pass_obj
def upload_files(
    session: Session, paths: tuple[str, ...], description: str | None, tags: tuple[str, ...]
) -> None:
    """Upload files to the library, one after the other.

    An upload is not repeated by itself, since the service can't tell a repetition from a second file. Where a response
    was lost, the exit code is 10: look at `proteiniq files list` before you upload it again."""
    from pathlib import Path

    made = []
    try:
        with progress(session.output) as shown:
            for path in paths:
                session.is_uploading = True
                made.append(
                    session.client.files.upload(
                        Path(path), description=description, tags=tags, on_progress=shown.sent
                    )
                )
                session.is_uploading = False
    finally:
        if made or len(paths) > 1:
            session.output.listing(_COLUMNS, made, id=lambda file: file.id, empty="Nothing was uploaded.")


@files.command("show", short_help="Show the record of a file.", examples=("proteiniq files show file_123",))
@click.argument("file")
@click.pass_obj
def show_file(session: Session, file: str) -> None:
    """Show the record of a file. The service returns no content of the library's files."""
    found = session.client.files.get(file)
    session.output.record(_DETAILS, found, id=found.id)


@files.command(
    "delete", short_help="Delete files of the library.", examples=("proteiniq files delete file_123 --yes",)
)
@click.argument("ids", nargs=-1, required=True, metavar="FILE...")
@click.option("-y", "--yes", is_flag=True, help="Delete without a question.")
@click.pass_obj
def delete_files(session: Session, ids: tuple[str, ...], yes: bool) -> None:
    """Delete files of the library. Of a file that a job made, only the record is deleted."""
    for each in ids:
        if not each.strip():
            raise CommandError("a file's id must not be empty")
    what = f"file {ids[0]}" if len(ids) == 1 else f"{len(ids)} files"
    session.confirm(f"Delete {what}?", yes=yes, otherwise="pass --yes to delete")
    deleted = (session.client.files.delete(each) for each in ids)
    session.output.outcomes(attributes("id", "deleted"), deleted, id=lambda each: each.id, empty="")
