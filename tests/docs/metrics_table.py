"""Writes the table of metrics into docs/operations.md: ``python -m tests.docs.metrics_table``."""

from __future__ import annotations

import re

from monitor.web.catalogue import table
from tests.docs.sandbox import PROJECT


def main() -> None:
    """Write the table."""
    page = PROJECT / "docs" / "operations.md"
    text = page.read_text("utf-8")
    new = re.sub(
        r"(<!-- metrics -->\n).*?(<!-- end -->)", lambda m: m[1] + table() + m[2], text, flags=re.DOTALL
    )
    page.write_text(new, "utf-8")


if __name__ == "__main__":
    main()
