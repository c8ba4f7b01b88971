"""The whole monitor under load, killed at random, judged from outside: `python -m tests.storm --help`."""
