"""The matching bench: the engine beside its peers, on one generated corpus, in one run."""
