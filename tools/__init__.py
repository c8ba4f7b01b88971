"""Programs that are run while the project is built, never by the running monitor."""
