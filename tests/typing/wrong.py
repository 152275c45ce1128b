"""Mistakes that a type checker finds: each line is an error, and an ignored error that is none is one too."""

from __future__ import annotations

from proteiniq import AsyncProteinIQ, JobState, ProteinIQ


def arguments(client: ProteinIQ) -> None:
    client.run("esmfold")  # type: ignore[call-arg]
    client.run("esmfold", {}, {}, "name")  # type: ignore[call-arg]
    client.jobs.get(5)  # type: ignore[arg-type]
    client.jobs.submit("esmfold", {}, max_credits="5")  # type: ignore[arg-type]
    client.files.upload(5)  # type: ignore[arg-type]
    client.jobs.list(limit="20")  # type: ignore[arg-type]
    ProteinIQ(timeout="30")  # type: ignore[arg-type]
    ProteinIQ(verify=False)  # type: ignore[arg-type]
    ProteinIQ(app="fold-all")  # type: ignore[arg-type]


def a_model_does_not_change(state: JobState) -> None:
    state.progress = 5.0  # type: ignore[misc]
    state.colour  # type: ignore[attr-defined]  # noqa: B018


async def what_is_not_awaited_is_no_job(client: AsyncProteinIQ) -> None:
    client.jobs.get("job_1").status  # type: ignore[attr-defined]  # noqa: B018
    for _ in client.jobs.list():  # type: ignore[attr-defined]
        pass
