"""How fast, how soon, how much: `python -m tests.bench --help`. Measures, and asserts nothing."""
