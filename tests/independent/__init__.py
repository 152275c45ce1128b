"""A server that implements one of several OpenAPI documents, to run the client against it.

The documents in `documents/` were written independently of this project's contract.
"""
