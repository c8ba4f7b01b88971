"""Rules edited at random while articles flow, judged from outside: `python -m tests.reload --help`."""
