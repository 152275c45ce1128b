"""Programs of users that mypy and pyright check, and that are never run."""
