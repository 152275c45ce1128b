"""A server that responds as one of several OpenAPI documents says, to run the client against it.

The documents in `documents/` were written independently of this project's contract.
"""
