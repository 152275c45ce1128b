"""Parse every response of a service with pydantic models generated from the contract by datamodel-code-generator.

`nox -s downstream` generates the module `models` and runs this against a local sandbox, with one of its tools.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import models  # type: ignore[import-not-found]  # generated beside this program when it is run

TERMINAL = {"COMPLETED", "FAILED", "TIMEOUT", "CANCELLED", "BUDGET_EXCEEDED"}
ENTRY = {"id": "1", "slotId": "protein", "kind": "protein", "format": "fasta", "source": {"type": "text"}}
REQUEST = {
    "tool": "protein-parameters",
    "name": "insulin",
    "input": {"inputs": [{**ENTRY, "content": ">a\nGIVEQCCTSICSLYQLEN\n"}]},
}


class Service:
    """The operations of a contract. Each response is parsed by its model."""

    def __init__(self, contract: Mapping[str, Any], client: httpx.Client) -> None:
        self._client = client
        self._operations = {
            operation["operationId"]: (method.upper(), path, operation)
            for path, item in contract["paths"].items()
            for method, operation in item.items()
        }
        self.parsed: dict[str, int] = {}

    def call(self, name: str, /, params: Mapping[str, str] | None = None, **sent: Any) -> Any:
        method, path, operation = self._operations[name]
        url = path.format(**(params or {}))
        response = self._client.request(method, url, **sent)
        while response.status_code == 429:  # Status and result of a job may be read once in 5 s.
            time.sleep(float(response.headers.get("Retry-After", 5)))
            response = self._client.request(method, url, **sent)
        response.raise_for_status()
        schema = operation["responses"][str(response.status_code)]["content"]["application/json"]["schema"]
        self.parsed[name] = self.parsed.get(name, 0) + 1
        if "$ref" not in schema:
            return response.json()
        return getattr(models, schema["$ref"].rpartition("/")[2]).model_validate(response.json())

    def events(self, job_id: str) -> list[Any]:
        """The job in each event, until it has ended."""
        method, path, _ = self._operations["streamJobEvents"]
        jobs: list[Any] = []
        with self._client.stream(method, path.format(jobId=job_id)) as response:
            for line in response.iter_lines():
                if line.startswith("data:"):
                    jobs.append(models.Job.model_validate_json(line.removeprefix("data:")))
                    if _status(jobs[-1]) in TERMINAL:
                        break
        self.parsed["streamJobEvents"] = len(jobs)
        return jobs

    def errors(self) -> None:
        """Parse each kind of error response that this program can provoke."""
        for path, headers in (
            ("/api/v1/jobs/none/status", {}),
            ("/api/v1/account", {"Authorization": "Bearer no"}),
        ):
            response = self._client.get(path, headers=headers)
            models.ErrorEnvelope.model_validate(response.json())
            self.parsed[f"error {response.status_code}"] = 1


def _status(job: Any) -> str:
    return str(getattr(job.status, "value", job.status))


def run(service: Service) -> None:
    service.call("getAccount")
    for tool in service.call("listTools").data:
        service.call("getTool", {"toolId": tool.id})
    service.call("quoteJob", json={key: value for key, value in REQUEST.items() if key != "name"})
    job = service.call("submitJob", json=REQUEST)
    service.events(job.id)
    while _status(job) not in TERMINAL:
        job = service.call("getJobStatus", {"jobId": job.id})
    service.call("listJobs")
    service.call("getResult", {"jobId": job.id})
    file = service.call("uploadFile", files={"file": ("a.fasta", b">a\nGIVEQ\n")})
    service.call("listFiles")
    service.call("getFile", {"fileId": file.id})
    service.call("deleteFile", {"fileId": file.id})
    service.call("getOpenapi")
    service.errors()


def main() -> int:
    contract = json.loads(Path(sys.argv[1]).read_bytes())
    headers = {"Authorization": f"Bearer {os.environ['PROTEINIQ_API_KEY']}"}
    with httpx.Client(base_url=os.environ["PROTEINIQ_BASE_URL"], headers=headers, timeout=60) as client:
        service = Service(contract, client)
        run(service)
    counts = ", ".join(f"{name} {count}" for name, count in service.parsed.items())
    sys.stdout.write(f"Python: every response parsed: {counts}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
