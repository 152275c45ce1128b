"""Results as tables and as objects of other libraries, and such objects as inputs.

The libraries are imported only when they are used: what an object is, the name of its class's module tells.
"""
