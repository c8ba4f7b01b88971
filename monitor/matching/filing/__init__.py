"""Patterns and rules as flat arrays, for kernels to scan with."""
