"""Programs that write the generated part of the lexicon."""
