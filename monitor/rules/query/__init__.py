"""Rules as Boolean strings, for those who come from media-monitoring suites."""
