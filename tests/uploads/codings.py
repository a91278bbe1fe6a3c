"""Zstandard of the standard library, or as earlier versions of Python get it."""

import sys

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["zstd"]
