"""Hostile articles against random plans: both kernels must say the same, and nothing must break.

``python -m tests.matching.fuzz --seconds 600`` does it for long, with the kernel compiled so that it
stops where it reads or writes beyond an array.
"""
