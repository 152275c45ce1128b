# Generated from proteiniq/_async/results.py by scripts/unasync.py. Edit that file instead.

"""Results and their files."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import attrs
from proteiniq_openapi.api.results import get_result
from proteiniq_openapi.models import Result as LowResult

from .._display.view import View
from .._inputs.arguments import check_flags, check_id
from .._inputs.callbacks import Callback
from .._inputs.files import save_path, saving_target
from .._message_text import counted
from .._responses import convert
from .._shown import Shown
from .._transfer.filenames import local_names
from .._transfer.progress import CombinedProgress, OnProgress
from ..errors import ConfigurationError, ProteinIQError
from ..models import JobFailure, JobState, JobStatus, Model, ResultFileInfo, Tool
from .downloads import Downloads, Wanted
from .pipeline import Pipeline
from .tools import Tools


class Results:
    """`client.results`."""

    def __init__(self, pipeline: Pipeline, tools: Tools) -> None:
        self._pipeline = pipeline
        self._tools = tools
        self._downloads = Downloads(pipeline, self)

    def get(self, job_id: str | JobState | Result) -> Result:
        """Return the result of a job that completed, ran out of budget, or failed with output, as it is.

        `job_id` is an id or a job. `status` says how it ended; `client.jobs.result` raises JobFailed for a job without
        success. See "Results" in the documentation.

        Raises JobNotCompleted if the job has not ended, NotFound if there is no output, APIError, TransportError.
        """
        return self._get(check_id("job", job_id))

    def _get(self, job_id: str, *, deadline: float | None = None) -> Result:
        """Return the result; `deadline` is a monotonic time that no attempt exceeds."""
        prepared = get_result.prepared(job_id)
        response = self._pipeline.call(prepared, job_id=job_id, job_read=True, deadline=deadline)
        fields = convert.result_fields(response, job_id)
        contract = self._tools._remembered(fields["tool"])
        origin = Origin(self._pipeline, self._tools)
        return Result(**fields, files=self._files(response, job_id), contract=contract, origin=origin)

    def _files(self, response: LowResult, job_id: str) -> ResultFiles:
        infos = convert.result_files(response)
        names = [info.name for info in infos]
        counts, before = Counter(names), Counter[str]()
        files = []
        for info, local_name in zip(infos, local_names(names), strict=True):
            nth, count = before[info.name], counts[info.name]
            files.append(ResultFile(info, job_id, local_name, nth, count, self._downloads))
            before[info.name] += 1
        return ResultFiles(tuple(files))


@attrs.frozen(repr=False)
class ResultFile(Shown):
    """A file of a result. Its URL is signed and expires; an expired one is renewed once.

    It can be pickled without its client, and then only describes the file.
    """

    info: ResultFileInfo
    job_id: str
    _local_name: str = attrs.field(repr=False)
    _nth: int = attrs.field(repr=False)
    _count: int = attrs.field(repr=False)
    _downloads: Downloads | None = attrs.field(repr=False, eq=False)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.info, self.job_id, self._local_name, self._nth, self._count, None)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: Any) -> Self:
        return self

    @property
    def name(self) -> str:
        return self.info.name

    @property
    def content_type(self) -> str | None:
        """Media type."""
        return self.info.content_type

    def read(self) -> bytes:
        """Return the file's bytes. Raises APIError, TransportError, ContractError if the result has no URL for it."""
        return self._source.read(self._wanted)

    def text(self) -> str:
        """Return the file as text. Raises UnicodeDecodeError if it is not valid UTF-8."""
        return (self.read()).decode("utf-8")

    def to_biopython(self) -> Any:
        """Return the file as objects of Biopython.

        These are a `Bio.PDB.Structure.Structure` for PDB and mmCIF, a list of `SeqRecord` for FASTA, FASTQ, GenBank,
        EMBL and UniProt text, and a `Bio.Align.Alignment` for alignments of Clustal, EMBOSS and Stockholm.

        Raises ValueError for other content, ConfigurationError without Biopython, and the errors of `read`.
        """
        from .._frames import objects

        convert = objects.biopython()
        return convert(self.name, self.content_type, self.read())

    def to_biotite(self) -> Any:
        """Return the atoms in the file as objects of biotite, with `atom_id`, `b_factor`, `occupancy` and `charge`.

        These are an `AtomArray` for PDB and mmCIF with one model, and an `AtomArrayStack` for several; for SDF an
        `AtomArray`, or a list of them for several records, whose annotations are the elements and charges only.

        Raises ValueError for other content, ConfigurationError without biotite, and the errors of `read` and biotite.
        """
        from .._frames import objects

        convert = objects.biotite()
        return convert(self.name, self.content_type, self.read())

    def to_rdkit(self) -> Any:
        """Return the molecule in an SDF, MOL2 or PDB file as a `Mol` of RDKit; a list of them for several records.

        The hydrogens of the file are kept. The models of a PDB file become conformers; such a file states no bond
        orders, so those of a ligand are single.

        Raises ValueError for other content and for a molecule that RDKit can't read, ConfigurationError without RDKit,
        and the errors of `read`.
        """
        from .._frames import objects

        convert = objects.rdkit()
        return convert(self.name, self.content_type, self.read())

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        on_progress: OnProgress | None = None,
        progress: bool = False,
        overwrite: bool = False,
    ) -> Path:
        """Save the file at `path`, or under its own name in `path` if that is a folder, and return where it is.

        The file is streamed to a temporary file beside the target, resumed after an interruption, checked against the
        length and the checksum that storage sends, and renamed when it is complete. A file that is there already with
        the same content is kept, and not downloaded again if storage sends a checksum. One with other content is
        replaced only with `overwrite`. In a folder, files of the result that have one name get different ones. An HTML
        page in place of a file of another type, such as a proxy's login page, is not saved but retried.

        `on_progress` is called with the number of bytes received and the total, None if it is unknown; `progress` shows
        them on stderr or in a notebook. Raises FileExistsError, OSError if the file can't be written, InvalidInput if
        `path` is not a path, APIError, TransportError.
        """
        check_flags(progress=progress, overwrite=overwrite)
        target = saving_target(path, self._local_name)
        return self._source.save(self._wanted, target, on_progress, progress=progress, overwrite=overwrite)

    @property
    def _wanted(self) -> Wanted:
        return Wanted(self.info, self.job_id, self._nth, self._count)

    @property
    def _source(self) -> Downloads:
        if self._downloads is None:
            raise ConfigurationError(
                f"the result of job {self.job_id} was pickled without its client, so its files can't be downloaded: "
                f"get it again with client.results.get({self.job_id!r})"
            )
        return self._downloads


@attrs.frozen(repr=False)
class ResultFiles(Shown):
    """The files of a result, by name or in order. Several files may have one name: those only in order."""

    _files: tuple[ResultFile, ...]

    def __getitem__(self, name: str | int) -> ResultFile:
        if isinstance(name, int):
            if not -len(self) <= name < len(self):
                raise IndexError(f"files[{name}]: the result has {counted(len(self), 'file')}")
            return self._files[name]
        places = [place for place, file in enumerate(self._files) if file.name == name]
        if places and all(self._files[place].info == self._files[places[0]].info for place in places):
            return self._files[places[0]]
        if places:
            raise KeyError(
                f"the result has {len(places)} files {name!r}: choose one by its place, "
                f"{' or '.join(f'files[{place}]' for place in places)}"
            )
        there = ", ".join(file.name for file in self._files) or "none"
        raise KeyError(f"the result has no file {name!r}; its files: {there}")

    def __iter__(self) -> Iterator[ResultFile]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __contains__(self, name: object) -> bool:
        return any(file.name == name for file in self._files)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(file.name for file in self._files)


class Origin:
    """The client that a result is from. A copy of the result has the same, and a pickled one has none."""

    def __init__(self, pipeline: Pipeline, tools: Tools) -> None:
        self.pipeline = pipeline
        self.tools = tools

    def __reduce__(self) -> tuple[Any, ...]:
        return type(None), ()

    def __deepcopy__(self, memo: Any) -> Self:
        return self


@attrs.frozen(kw_only=True, repr=False)
class Result(Model):
    """The result of a job: `data` is the tool's own result document, `files` are its output files.

    `status` is how the job ended: a result of a job that failed or ran out of budget is partial. `error` is why, if the
    result was fetched with its job (`run`, `job.result`); a result alone does not contain it.
    """

    _refers_to = ("job", "job_id")

    job_id: str
    tool: str | None
    status: JobStatus | None
    completed_at: datetime | None
    data_source: str | None
    data: Any = attrs.field(hash=False)
    files: ResultFiles
    error: JobFailure | None = None
    _contract: Tool | None = attrs.field(default=None, repr=False, eq=False)
    _job: JobState | None = attrs.field(default=None, repr=False, eq=False)
    _origin: Origin | None = attrs.field(default=None, repr=False, eq=False)

    def to_dict(self) -> dict[str, Any]:
        """Return all attributes but `raw` as plain data that `json.dumps` takes; the files with their signed URLs."""
        return {**super().to_dict(), "files": [file.info.to_dict() for file in self.files]}

    def to_pandas(self, *, table: str | None = None, tool: Tool | None = None) -> Any:
        """Return `data` as a DataFrame of pandas with nullable types: Int64, Float64, boolean and string.

        A document with one list of objects has a row for each of them, any other has one row. `table` is the path of
        another list, such as `hits` or `search.hits`, where there are several. Columns are named by the path in the
        document, such as `hits.score`; values outside the list are repeated in each row. A list is JSON text.

        A column has the type that the tool's contract states for it, if all its values can be converted to that
        exactly; else the type of its values, or text if these differ. `tool` is the contract; by default it is the one
        that the client had read when it got the result. No request is made.

        Raises InvalidInput if there is no such list, and ConfigurationError without pandas.
        """
        from .._frames import tables

        return tables.to_pandas(lambda: tables.of_document(self.data, table, tool or self._contract))

    def to_polars(self, *, table: str | None = None, tool: Tool | None = None) -> Any:
        """Return `data` as a DataFrame of polars. Its types are Int64, Float64, Boolean and String.

        Rows, columns and options are those of `to_pandas`. Raises InvalidInput, and ConfigurationError without polars.
        """
        from .._frames import tables

        return tables.to_polars(lambda: tables.of_document(self.data, table, tool or self._contract))

    def to_arrow(self, *, table: str | None = None, tool: Tool | None = None) -> Any:
        """Return `data` as a Table of pyarrow. Its types are int64, double, bool and string.

        Rows, columns and options are those of `to_pandas`. Raises InvalidInput, and ConfigurationError without pyarrow.
        """
        from .._frames import tables

        return tables.to_arrow(lambda: tables.of_document(self.data, table, tool or self._contract))

    def report(
        self, path: str | os.PathLike[str], *, tool: Tool | None = None, overwrite: bool = False
    ) -> Path:
        """Write a report of the job as one HTML file, as `report.html` if `path` is a folder, and return its path.

        It has what was computed and from what, with times, credits and hashes; structures in 3D, plots, tables that
        sort, filter and copy, and the files, up to 10 MB together. It makes no request when it is opened, and can be
        read without JavaScript and printed. Inputs and settings are known of jobs that this client submitted, and are
        otherwise "not recorded". The same result gives the same bytes.

        The files are downloaded, through a temporary folder. The job is requested if the result was fetched without it
        (reads of one job are 5 s apart), and so is the tool's contract if `tool` is not given and it is not known; what
        can't be had of these is left out.

        Raises FileExistsError without `overwrite`, OSError, InvalidInput if `path` is not a path, APIError and
        TransportError if a file can't be downloaded, ConfigurationError for the files of a result that was pickled.
        """
        from .reports import write

        return write(self, path, tool, overwrite=overwrite)

    def view(
        self,
        *structures: str | ResultFile | os.PathLike[str],
        color: str | None = None,
        superpose: Result | ResultFile | str | os.PathLike[str] | None = None,
        tool: Tool | None = None,
    ) -> View:
        """Return a view of the result's structure files in 3D, or of the structures that are given.

        `structures` are names of files of the result. They can also be structures that the result is about but doesn't
        contain, to show its columns on them: a file of another result, or a `pathlib.Path`. What can't be read is an
        error at a path, and is shown as text if it is a file of a result.

        `color` is `chain`, `element`, `secondary-structure`, `b-factor`, `plddt`, `structure` (of superposed ones), or
        a column of the result document with values for residues of the first structure, by its name or its path, such
        as `rows.sasa`. Rows belong to residues by chain, number and insertion code, and their letters must agree unless
        each residue has a row; or by order, in a single chain. Residues without a row have no value. By default it is
        `plddt` if the tool's contract says that B-factors are that. `superpose` is another structure, such as that of
        another result or at a path: it is moved onto the first, by the Cα atoms of residues aligned in sequence, and
        drawn with it. `tool` is the contract, requested if it is not given and not known.

        Secondary structure is that of the file; without any, it is found as in P-SEA (Labesse et al. 1997).

        Raises InvalidInput if there is no structure, or it can't be read, colored or superposed so, KeyError for a file
        that the result doesn't have, APIError, TransportError.
        """
        from .views import view_of

        return view_of(self, structures, color, superpose, tool)

    def _read_contract(self) -> Tool | None:
        """Return the tool's contract: the known one, else requested; None if it can't be had."""
        if self._contract is None and self._origin is not None and self.tool is not None:
            with suppress(ProteinIQError):  # it only says more of what is shown
                return self._origin.tools._recall(self.tool)
        return self._contract

    def save_all(
        self,
        folder: str | os.PathLike[str],
        *,
        on_progress: OnProgress | None = None,
        progress: bool = False,
        overwrite: bool = False,
    ) -> list[Path]:
        """Save all files in `folder`, which is created if necessary; no name from the service can leave it.

        Each file is saved as by `ResultFile.save`: one that is there already with the same content is kept, and one
        with other content is replaced only with `overwrite`, so use a folder for each job. `on_progress` is called with
        the number of bytes received of all files, and their total, None until the last file has started; `progress`
        shows them on stderr or in a notebook. Raises FileExistsError, OSError if a file can't be written, APIError,
        TransportError.
        """
        told = Callback("on_progress", on_progress)  # checked before anything is created
        check_flags(progress=progress, overwrite=overwrite)
        root = save_path(folder)
        root.mkdir(parents=True, exist_ok=True)
        saved: list[Path] = []
        if not self.files:
            return saved
        with self.files[0]._source.showing(progress) as live:
            if live is not None:
                told.show = live.transfer(f"downloading {len(self.files)} files of job {self.job_id}")
            combined = CombinedProgress(told, len(self.files))
            for file in self.files:
                saved.append(file.save(root, on_progress=combined, overwrite=overwrite))
                combined.next_file()
        return saved
