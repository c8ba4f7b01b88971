"""The gold set: labelled news texts in ten languages, and what the engine gets right of them."""
