"""The report: a table a size, the ratios, the aims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from tests.bench.matching.agreement import Agreement
from tests.bench.matching.measure import Figures

OURS = "ours"


class Sized(msgspec.Struct, frozen=True, kw_only=True):
    """All peers at one number of rules; ``absent`` says why one is not there."""

    rules: int
    peers: Sequence[Figures]
    absent: Mapping[str, str] = {}
    agreement: Agreement | None = None

    def of(self, name: str) -> Figures | None:
        return next((one for one in self.peers if one.name == name), None)


def table(sized: Sized) -> list[str]:
    """Lines of Markdown. ``slower`` is the peer's p50 over that of our first engine in the same run."""
    lines = [
        "",
        f"**{sized.rules:,} rules**",
        "",
        "| peer | µs/article p50 | p99 | p99/p50 | slower | fires/article | candidates/fire | build, s | peak, MB | kept, MB |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    first = sized.peers[0]
    for one in sized.peers:
        slower = f"{one.p50 / first.p50:,.3g}" if first.p50 else ""
        fires = f"{one.fires:.2f}" if one.fires else ""
        lines.append(
            f"| {label(one)} | {one.p50:,.1f} | {one.p99:,.1f} | {one.p99 / one.p50:.1f} | {slower} | {fires} "
            f"| {_known(one.candidates, '.2f')} | {one.built.cpu:,.2f} | {_megabytes(one.built.peak)} "
            f"| {_kept(one)} |"
        )
    for one in sized.peers:
        if one.change_ms >= 0:
            edits = f"A changed rule is live in {one.change_ms:.1f} ms, a deleted one gone in {one.delete_ms:.1f} ms"
            lines += ["", f"{edits} ({label(one)})."]
    few = [f"{one.name} {one.articles}" for one in sized.peers if one.articles < sized.peers[0].articles]
    if few:
        lines += ["", f"Fewer articles, for want of time: {', '.join(few)}."]
    lines += [line for name, reason in sized.absent.items() for line in ("", f"No {name} here: {reason}.")]
    if sized.agreement is not None:
        lines += ["", *agreement(sized.agreement)]
    return lines


def label(one: Figures) -> str:
    return f"{one.name} ({one.built.kernel} kernel)" if one.built.kernel else one.name


def agreement(found: Agreement) -> list[str]:
    """What both engines made of the rules that mean the same to both."""
    ours, other = (
        ", ".join(f"{count} {reason}" for reason, count in sorted(of.items())) or "none"
        for of in (found.ours, found.other)
    )
    return [
        f"Agreement with Lucene on {found.rules:,} rules that mean the same to both: {found.both:,} fires of both; "
        f"of ours alone: {ours}; of Lucene's alone: {other}."
        + (f" Without a reason: {', '.join(found.unexplained)}." if found.unexplained else "")
    ]


def aims(all_sizes: Sequence[Sized]) -> list[str]:
    """The aims that these sizes can speak of."""
    by_rules = {sized.rules: sized for sized in all_sizes}
    rows: list[tuple[str, str, str]] = []
    large, small = by_rules.get(100_000), by_rules.get(1000)
    ours = large.of(OURS) if large else None
    if large is not None and ours is not None:
        if (lucene := large.of("lucene")) is not None:
            rows.append(
                ("Lucene Monitor's time to ours at 100,000 rules", f"{lucene.p50 / ours.p50:,.0f}", "≥ 50")
            )
            slow = large.of("ours-python")
            if slow is not None:
                rows.append(("  to that of our Python kernel", f"{lucene.p50 / slow.p50:,.1f}", "> 1"))
        if (scan := large.of("daachorse")) is not None:
            rows.append(("our time to the raw scan's", f"{ours.p50 / scan.p50:.2f}", "≤ 1"))
        before = small.of(OURS) if small else None
        if before is not None:
            fires = f"at {ours.fires:.1f} and {before.fires:.1f} fires an article"
            rows.append((f"t(100,000) to t(1,000), {fires}", f"{ours.p50 / before.p50:.2f}", "≤ 4"))
        rows.append(("p99 to p50", f"{ours.p99 / ours.p50:.2f}", "≤ 2.5"))
        rows.append(("build", f"{ours.built.cpu:.1f} s", "≤ 8 s"))
        rows.append(("memory at the peak", f"{ours.built.peak / 1e6:,.0f} MB", "≤ 700 MB"))
        rows.append(("memory kept", f"{ours.built.kept / 1e6:,.0f} MB", "≤ 150 MB"))
        rows.append(("candidates a fire", _known(ours.candidates, ".2f") or "not counted", "≤ 4"))
        if ours.change_ms >= 0:
            rows.append(("a changed rule is live in", f"{ours.change_ms:.1f} ms", "≤ 50 ms"))
    if not rows:
        return []
    return [
        "",
        "| at 100,000 rules | figure | aim |",
        "|---|---:|---:|",
        *[f"| {a} | {b} | {c} |" for a, b, c in rows],
    ]


def _kept(one: Figures) -> str:
    rules = f", rules {_megabytes(one.built.given)}" if one.built.given else ""
    return _megabytes(one.built.kept) + rules


def _known(value: float, how: str) -> str:
    return f"{value:{how}}" if value >= 0 else ""


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.0f}" if count else ""
