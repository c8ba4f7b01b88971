"""Frames: who did what where. The steps are those of docs/matching.md, one module each.

candidates (1, 4d) with arms, causes (3) and tags → speakers' datelines (4c) → clauses (2) with lists → speakers
(4a, 4b) → marks (5) and joins (7) → events (3) → ranks by contact and placing (6) → bids, allot, borrow, gaps (8) →
reader (9 to 11).
"""

from monitor.matching.frames.analyse import analyse
from monitor.matching.frames.model import CUES, Event, Filler
from monitor.matching.frames.reader import Evidence, Reader

__all__ = ["CUES", "Event", "Evidence", "Filler", "Reader", "analyse"]
