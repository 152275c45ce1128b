"""Small tools for tests: they wait, cost credits, fail in various ways, or write a lot."""

from __future__ import annotations

import fcntl
import mmap
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import attrs

from proteiniq.sandbox.tools.base import (
    CreditModel,
    Inputs,
    OutputFile,
    Problem,
    Progress,
    Setting,
    Settings,
    Slot,
    Tool,
    ToolContract,
)

TEXT = Slot("text", "Text", "Any text.", "protein", ("fasta", "txt"), max_records=3, max_bytes=20_000)

PLAIN = ToolContract(
    id="plain",
    name="Plain",
    description="Copies its input.",
    category="testing",
    tags=("copy", "Fast"),
    version="1",
    slots=(TEXT,),
    settings=(),
    outputs=(OutputFile("copy.txt", "text/plain", "The input."),),
    results={"length": "Characters."},
    credit_model=CreditModel(),
    subcategory="copying",
)


class Plain(Tool):
    contract: ClassVar[ToolContract] = PLAIN

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        text = inputs["text"][0].content
        (out / "copy.txt").write_text(text)
        progress(50)
        return {"length": len(text)}


class Priced(Plain):
    """Costs 10 credits, and 5 per line."""

    contract = attrs.evolve(PLAIN, id="priced", credit_model=CreditModel(10, 5, "line"))

    def units(self, inputs: Inputs, settings: Settings) -> int:
        return len(inputs["text"][0].content.splitlines())


class Choosy(Plain):
    """Has settings of every type, an optional slot, and its own checks."""

    contract = attrs.evolve(
        PLAIN,
        id="choosy",
        slots=(
            TEXT,
            Slot("more", "More", "More text.", "protein", ("fasta",), required=False, max_entries=2),
        ),
        settings=(
            Setting("size", "Size", "A size.", "number", 1.0, minimum=0, maximum=10, unit="Å"),
            Setting("count", "Count", "A count.", "integer", 2, minimum=1),
            Setting("mode", "Mode", "A mode.", "string", "fast", options=("fast", "exact")),
            Setting("code", "Code", "A code.", "integer", 1, options=(1, 2, 11)),
            Setting("deep", "Deep", "Whether.", "boolean", default=False),
        ),
        outputs=(),
        results={"settings": "As given."},
    )

    def check(self, inputs: Inputs, settings: Settings) -> list[Problem]:
        problems = []
        for slot, entries in inputs.items():
            for index, entry in enumerate(entries):
                for number, line in enumerate(entry.content.splitlines(), 1):
                    if not line.startswith(">") and not line.isalpha():
                        problem = Problem("must have only letters", slot, entry=index, line=number)
                        problems.append(problem)
        if settings["mode"] == "exact" and settings["deep"]:
            problems.append(Problem("can't be deep in mode exact", setting="deep"))
        return problems

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        return {
            "settings": dict(settings),
            "slots": sorted(inputs),
            "environment": [name for name in os.environ if name.startswith("PROTEINIQ_")],
        }


class Waits(Plain):
    """Writes its process id to `pid`, reports 50 %, then waits until the file `gate` exists."""

    contract = attrs.evolve(
        PLAIN,
        id="waits",
        settings=(
            Setting("gate", "Gate", "File to wait for.", "string", "never"),
            Setting("pid", "Pid", "File for the process id.", "string", ""),
        ),
        credit_model=CreditModel(7),
    )

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        if settings["pid"]:
            Path(settings["pid"]).write_text(str(os.getpid()))
        progress(50)
        while not Path(settings["gate"]).exists():
            time.sleep(0.005)
        return super().run(inputs, settings, out, progress)


class Weighted(Waits):
    """Waits as `waits` does, then says where its weights are."""

    contract = attrs.evolve(Waits.contract, id="weighted", results={"weights": "Their folder."})

    def use_weights(self, folder: Path) -> None:
        self.weights = folder

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        super().run(inputs, settings, out, progress)
        return {"weights": str(self.weights)}


class Fails(Plain):
    """Fails in the way selected by `how`."""

    contract = attrs.evolve(
        PLAIN,
        id="fails",
        settings=(Setting("how", "How", "The way.", "string", "raise"),),
        credit_model=CreditModel(3),
    )

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        how = settings["how"]
        if how == "raise":
            raise ValueError(f"cannot read {out / 'copy.txt'}")
        if how == "surrogate":
            raise ValueError("no \ud800")
        if how == "signal":
            os.kill(os.getpid(), signal.SIGSEGV)
        if how == "real-time signal":
            os.kill(os.getpid(), signal.SIGRTMIN + 6)
        if how == "removed":
            out.rmdir()
            return {}
        if how == "input":
            raise ValueError(f"read {os.read(0, 1)!r}")
        if how == "exit":
            sys.stderr.write(f"no licence in {Path.home() / 'licence.txt'}\n")
            sys.stderr.flush()
            os._exit(7)
        if how == "nothing":
            return {}
        (out / "copy.txt").write_text("half")
        if how == "partial":
            raise RuntimeError("lost interest")
        values: dict[str, Any] = {"nan": {"n": float("nan")}, "half a character": {"n": "\ud800"}}
        return values.get(how, ["no object"])  # type: ignore[no-any-return]  # a result of the wrong type


class Endless(Plain):
    """Runs past its time limit, as does its child; writes both process ids to `pid`."""

    contract = attrs.evolve(
        PLAIN,
        id="endless",
        time_limit_s=3.0,
        settings=(Setting("pid", "Pid", "File for the process ids.", "string", ""),),
        credit_model=CreditModel(3),
    )

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        child = subprocess.Popen(["sleep", "600"])
        Path(settings["pid"]).write_text(f"{os.getpid()} {child.pid}")
        child.wait()
        return {}


class Leaves(Waits):
    """Starts a child in a session of its own, writes its process id to `child`, then does what `Waits` does."""

    contract = attrs.evolve(
        Waits.contract,
        id="leaves",
        settings=(*Waits.contract.settings, Setting("child", "Child", "File for its id.", "string", "")),
    )

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        child = subprocess.Popen(["sleep", "600"], start_new_session=True)
        Path(settings["child"]).write_text(str(child.pid))
        return super().run(inputs, settings, out, progress)


class Writes(Plain):
    """Writes `size` bytes to each of its output file and standard error, then waits until it is killed."""

    contract = attrs.evolve(
        PLAIN, id="writes", settings=(Setting("size", "Size", "Bytes.", "integer", 1000, minimum=0),)
    )

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        (out / "copy.txt").write_text("x" * settings["size"])
        os.write(2, b"x" * settings["size"])
        time.sleep(600)
        return {}


class Hoards(Plain):
    """Uses `mebibytes` of memory in the way selected by `how`, for as long as a look takes."""

    contract = attrs.evolve(
        PLAIN,
        id="hoards",
        settings=(
            Setting("mebibytes", "Mebibytes", "How much.", "integer", 100, minimum=1),
            Setting("how", "How", "The way.", "string", "itself"),
            Setting("seconds", "Seconds", "How long.", "number", 600.0),
        ),
        credit_model=CreditModel(3),
    )

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        size, how = settings["mebibytes"] << 20, settings["how"]
        if how == "child":
            code = f"import time; x = bytearray(b'x') * {size}; time.sleep({settings['seconds']})"
            subprocess.run([sys.executable, "-c", code], check=True)
        elif how == "reserved":
            with mmap.mmap(-1, size):
                time.sleep(settings["seconds"])
        else:
            held = bytearray(b"x") * size
            if how == "forks":
                for _ in range(3):
                    if os.fork() == 0:
                        time.sleep(settings["seconds"])
                        os._exit(0)
            time.sleep(settings["seconds"])
            del held
        return super().run(inputs, settings, out, progress)


class Alone(Plain):
    """Notes each start in `starts`, and in `doubles` if another run of the job is still there. Takes `seconds`."""

    contract = attrs.evolve(
        PLAIN,
        id="alone",
        settings=(
            Setting("starts", "Starts", "File that gets a line.", "string", ""),
            Setting("doubles", "Doubles", "File that gets a line.", "string", ""),
            Setting("seconds", "Seconds", "How long.", "number", 600.0),
        ),
        credit_model=CreditModel(7),
    )

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        with Path(settings["starts"]).open("a") as starts:
            starts.write(f"{os.getpid()}\n")
            starts.flush()
            try:
                fcntl.flock(starts, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                Path(settings["doubles"]).write_text("twice at once")
            progress(50)
            time.sleep(settings["seconds"])
        return super().run(inputs, settings, out, progress)


class Gifted(Waits):
    """Needs a worker with a GPU, and doesn't use it."""

    contract = attrs.evolve(Waits.contract, id="gifted", resources={"GPU": 1})


class Modest(Hoards):
    """May use 64 MiB."""

    contract = attrs.evolve(Hoards.contract, id="modest", memory_limit_bytes=64 << 20)


class Talkative(Plain):
    """Writes a large file, an undocumented one, and much to standard output and error."""

    contract = attrs.evolve(
        PLAIN,
        id="talkative",
        outputs=(OutputFile("big.bin", "application/octet-stream", "Many bytes."),),
    )
    SIZE = 3_000_000

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        (out / "big.bin").write_bytes(bytes(range(256)) * (self.SIZE // 256 + 1))
        (out / "extra é.csv").write_text("a,b\n")
        (out / "link").symlink_to("/etc/passwd")
        for step in range(10_000):
            progress(step / 100)
            sys.stdout.write("to standard output\n" * 10)
        os.write(1, b"past Python\n")
        return {}


class Unfit(Plain):
    """Has a contract that breaks the service's, in which a version is a string."""

    contract = attrs.evolve(PLAIN, id="unfit", version=1)  # type: ignore[arg-type]


class Missing(Plain):
    """Needs a package that doesn't exist."""

    contract = attrs.evolve(PLAIN, id="missing")
    requires = ("no_such_package",)


ALL = tuple(
    f"{__name__}:{tool.__name__}"
    for tool in (Plain, Priced, Choosy, Waits, Fails, Endless, Talkative, Unfit, Missing)
)

MESSY = tuple(f"{__name__}:{tool.__name__}" for tool in (Leaves, Writes, Hoards, Modest, Alone, Gifted))
"""Tools that leave a process, write too much, use much memory, or notice that they run twice."""
