"""The part of `quickstart.py` that runs after the installation. Run `quickstart.py` instead."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from _project import ROOT, fail, say

from proteiniq import Job, ProteinIQ, ProteinIQError, Result
from proteiniq.batch import Batch

SEQUENCES = ROOT / "examples" / "quickstart.fasta"
VARIANTS = ROOT / "examples" / "variants.fasta"

RATE_LIMIT = 100_000
"""Requests in 60 s: that of the local service is its own, so that the batch takes seconds instead of minutes."""


def tour(client: ProteinIQ, out: Path, variants: int) -> None:
    """Upload, compute, show and save, with tools of the local service."""
    balance(client)

    say("\nuploading examples/quickstart.fasta (four proteins, UniProt accessions in the headers)")
    file = client.files.upload(SEQUENCES)
    say(f"  {file.id}, {file.size_bytes} bytes, {file.format}")

    say("\nprotein-parameters on the uploaded file")
    parameters = client.run("protein-parameters", {"protein": file}, name="quickstart", on_update=show)
    table(parameters)

    say("\npairwise-alignment of haemoglobin α and β")
    alpha, beta = records()[2:4]
    alignment = client.run("pairwise-alignment", {"query": alpha, "target": beta}, on_update=show)
    data = alignment.data
    say(
        f"  score {data['score']:g}, {data['identities']} identical of {data['length']} columns, {data['gaps']} gaps"
    )

    save([parameters, alignment], out)
    batch_tour(client, Path(tempfile.mkdtemp(prefix="screen-", dir=out)), variants)


def batch_tour(client: ProteinIQ, folder: Path, count: int) -> None:
    """Run a job for each of the first variants of a protein, stop in the middle, and go on."""
    variants = records(VARIANTS)[:count]

    def screen() -> Batch:
        return client.batch("protein-parameters", variants, folder, max_credits=200, progress=True)

    say(f"\na batch: protein-parameters for each of {count} variants of lysozyme (examples/variants.fasta)")
    with screen() as batch:
        for number, _ in enumerate(batch, start=1):
            if number == count // 4:
                break
    say(f"  stopped after {number}, as if by Ctrl-C or a crash; the same call goes on:")
    screen().run()
    say("  the lowest and the highest isoelectric point:")
    rows = sorted(screen().table, key=lambda row: row["rows.isoelectric_point"])
    for row in (rows[0], rows[-1]):
        say(f"  {row['item']:<6}  {row['rows.isoelectric_point']:.2f}")
    say(f"  {len(rows)} results, and a line for each in {folder / 'summary.csv'}")


def live_tour(client: ProteinIQ, out: Path, max_credits: float) -> None:
    """One prediction with `esmfold`, the only tool of the service whose slot is documented."""
    balance(client)
    say("\nesmfold on the first protein of examples/quickstart.fasta")
    predicted = client.run(
        "esmfold", {"protein": records()[0]}, name="quickstart", max_credits=max_credits, on_update=show
    )
    save([predicted], out)


def balance(client: ProteinIQ) -> None:
    credits_ = client.account.get().workspace.credits
    say(f"  {client}" + (f", {credits_.available:,} credits" if credits_ else ""))


def save(results: Sequence[Result], out: Path) -> None:
    say("\nsaved:")
    for result in results:
        for path in result.save_all(out / f"{result.tool}-{result.job_id}"):
            say(f"  {path}")


def show(job: Job) -> None:
    progress = f" {job.progress:.0f} %" if job.progress is not None else ""
    say(f"  {job.id} {job.status}{progress}")


def records(path: Path = SEQUENCES) -> list[str]:
    return [">" + text for text in path.read_text(encoding="utf-8").split(">")[1:]]


def table(result: Result) -> None:
    """Print the main values of each protein from a result of `protein-parameters`."""
    columns: list[tuple[str, str, Callable[[dict[str, Any]], str]]] = [
        ("protein", "<8", lambda row: row["id"]),
        ("residues", ">8", lambda row: str(row["length"])),
        ("mass / Da", ">11", lambda row: f"{row['molecular_weight']:.1f}"),
        ("pI", ">6", lambda row: f"{row['isoelectric_point']:.2f}"),
        ("ε280 / M⁻¹cm⁻¹", ">15", lambda row: f"{row['extinction_cystines']:.0f}"),
        ("GRAVY", ">7", lambda row: f"{row['gravy']:.3f}"),
        ("instability", ">11", lambda row: f"{row['instability_index']:.1f}"),
    ]
    say("  " + "  ".join(f"{title:{form}}" for title, form, _ in columns))
    for row in result.data["rows"]:
        say("  " + "  ".join(f"{value(row):{form}}" for _, form, value in columns))


@contextmanager
def local_service(*, keep: bool) -> Iterator[tuple[str, str]]:
    """Run a sandbox on a free port; yields its URL and key. With `keep` it keeps running, and its use is printed."""
    data = Path(tempfile.mkdtemp(prefix="proteiniq-sandbox-")) if keep else None
    with tempfile.TemporaryDirectory(prefix="proteiniq-sandbox-") as folder:
        command = [sys.executable, "-m", "proteiniq.sandbox", "--port", "0", "--json"]
        command += ["--rate-limit", str(RATE_LIMIT), "--daily-limit", "1000"]
        process = subprocess.Popen(
            [*command, "--data", str(data or folder)],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            sys.exit("the local service did not start; see the message above")
        started = json.loads(line)
        finished = False
        try:
            yield started["url"], started["api_key"]
            finished = True
        finally:
            if not (keep and finished):
                process.terminate()
                process.wait()
        if keep:
            say("\nthe local service keeps running; to use it from another shell:")
            say(f"  export PROTEINIQ_BASE_URL={started['url']}")
            say(f"  export PROTEINIQ_API_KEY={started['api_key']}")
            say(f"stop it with: kill {process.pid} (its data is in {data})")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--live", action="store_true")
    parser.add_argument("--max-credits", type=float, default=50.0)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--variants", type=int, default=200)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
    try:
        if arguments.live:
            say("the service that PROTEINIQ_API_KEY belongs to")
            with ProteinIQ() as client:
                live_tour(client, arguments.out, arguments.max_credits)
            return 0
        if os.environ.get("PROTEINIQ_API_KEY"):
            say("(PROTEINIQ_API_KEY is set but not used; add --live to use it)")
        say("a local service, on this machine only")
        with (
            local_service(keep=arguments.keep) as (url, key),
            ProteinIQ(key, url, rate_limit=RATE_LIMIT) as client,
        ):
            tour(client, arguments.out, arguments.variants)
        return 0
    except ProteinIQError as error:
        fail(f"\n{type(error).__name__}: {error}")
        for note in getattr(error, "__notes__", ()):
            fail(note)
        return 1
    except KeyboardInterrupt as interrupt:
        fail("\ninterrupted")
        # The notes say how to continue with the job, which only the live service still has.
        for note in getattr(interrupt, "__notes__", ()) if arguments.live else ():
            fail(note)
        return 130


if __name__ == "__main__":
    sys.exit(main())
