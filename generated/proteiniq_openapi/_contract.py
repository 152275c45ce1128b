"""The contract that this package was generated from."""

SHA256 = "6e30686a5ad81e9bdf10f2a58a45a3c7a56ebb27f08e3f6d9579d311af6df920"
