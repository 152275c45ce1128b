from __future__ import annotations

import shutil
from pathlib import Path

import dask
import pytest

from ...certificates import Certificates
from ..clients import Api, generous
from .cluster import Cluster


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_a_cluster_is_reached_with_the_certificates_of_dasks_configuration(tmp_path: Path) -> None:
    made = Certificates.make(tmp_path)
    settings = {"ca-file": str(made.authority)}
    for role in ("scheduler", "worker", "client"):
        settings |= {f"{role}.cert": str(made.server), f"{role}.key": str(made.key)}
    environment = {
        f"DASK_DISTRIBUTED__COMM__TLS__{name.replace('.', '__').replace('-', '_').upper()}": value
        for name, value in settings.items()
    }
    cluster = Cluster(tmp_path, "tls", **environment)
    try:
        cluster.start_worker()
        with (
            dask.config.set({f"distributed.comm.tls.{name}": value for name, value in settings.items()}),
            generous(runner=cluster.url) as sandbox,
            Api(sandbox) as api,
        ):
            assert api.run("talkative")["status"] == "COMPLETED"
    finally:
        cluster.stop()
