"""Which kernel reads: the compiled one where it is there."""

from __future__ import annotations

from monitor.matching.filing.plan import Plan
from monitor.matching.kernel import native, plain
from monitor.matching.kernel.read import Kernel

NAME = native.NAME if native.AVAILABLE else plain.NAME
"""The kernel in use: ``native`` if it was compiled when the package was installed, else ``python``."""


def make_kernel(plan: Plan, name: str = NAME) -> Kernel:
    """The kernel of this name for a plan. Raises ``ValueError`` if it is not there."""
    if name == native.NAME and native.AVAILABLE:
        return native.NativeKernel(plan)
    if name == plain.NAME:
        return plain.PlainKernel(plan)
    raise ValueError(f"there is no {name} kernel here")
