"""Kernels: text to tokens, tokens to pattern hits, hits to rules worth a look."""
