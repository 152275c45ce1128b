"""The wire: httpx, the key, the clock and the options of a client."""
