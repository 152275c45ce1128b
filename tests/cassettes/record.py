"""Record the cassettes again, from a sandbox of their own: `python -m tests.cassettes.record`."""

from __future__ import annotations

from proteiniq.sandbox import Sandbox

from .._sync.clients import connect
from .._sync.scenarios import SCENARIOS
from . import FOLDER, PORT, recorder


def main() -> None:
    for name, play in SCENARIOS.items():
        (FOLDER / f"{name}.yaml").unlink(missing_ok=True)
        limits = {"rate_limit": 100_000, "daily_limit": 1000, "job_read_interval": 0.05}
        with (
            Sandbox(port=PORT, **limits) as sandbox,  # type: ignore[arg-type]
            connect(sandbox) as client,
            recorder("all").use_cassette(name),
        ):
            play(client)


if __name__ == "__main__":
    main()
