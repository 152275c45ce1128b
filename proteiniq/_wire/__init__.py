"""What the wire is made of: connections, the key, the clock and the options of a client."""
