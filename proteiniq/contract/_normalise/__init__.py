"""From the document of a service to ours: every step of normalising."""
