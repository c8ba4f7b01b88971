"""What is wrong in a file in plain words, each with a remedy. Pure: from an error to two sentences."""

from monitor.wording.files import of_reading, of_saving
from monitor.wording.shapes import Complaint, of_model
from monitor.wording.syntax import NotYaml, line_and_column, of_yaml

__all__ = [
    "Complaint",
    "NotYaml",
    "line_and_column",
    "of_model",
    "of_reading",
    "of_saving",
    "of_yaml",
]
