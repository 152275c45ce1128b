"""The version of this package; the build reads it from here, since `importlib.metadata` takes long to import."""

VERSION = "0.1.0"
