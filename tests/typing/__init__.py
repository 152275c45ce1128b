"""Programs of users, checked by mypy and pyright and never run: what they are told of types is right."""
