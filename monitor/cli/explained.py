"""How an explanation is shown: verdict, nearest miss, clauses with ticks and crosses, sentences, filters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from monitor.cli.explained_text import cleaned, isolated, pieces, places, short, sketch
from monitor.notify.languages import language_name
from monitor.notify.message import direction
from monitor.rules.explain import Explanation, Filter, Miss, Node, Quote, RoleRead
from monitor.rules.explain.tree import nearest_event
from monitor.rules.explain.wording import missing

WIDEST = 100  # columns, where the terminal has more or there is none
MOST_ALTERNATIVES = 6  # clauses of one list that do not hold
MOST_EVENTS = 4
_RLI, _PDI = "\u2067", "\u2069"
_YES, _NO, _MARK = "green", "red", "black on yellow"
_NAMES = {
    "frame": "",
    "term": "term",
    "entity": "entity",
    "concept": "concept",
    "all": "all",
    "any": "any",
    "near": "near",
    "at_least": "at least",
    "mentions": "mentions",
    "score": "score",
    "title": "title",
    "lead": "lead",
}


class Screen:
    """Prints explanations on one console; without colour, evidence stands in brackets."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._coloured = out.color_system is not None and not out.no_color
        self._width = max(40, min(WIDEST, out.width)) if out.is_terminal else WIDEST

    def show(self, explanation: Explanation, *, place: str, file: str, notes: Sequence[str] = ()) -> None:
        """The whole explanation. ``place`` names the article, ``file`` is that of the rule, with its line."""
        self._verdict(explanation, place, file)
        for note in notes:
            self._line(f"  {note}", "yellow")
        if explanation.suspended:
            self._head("Suspended")
            self._told("  ", f"the engine gave the rule up on this article: {explanation.suspended}")
        if explanation.misses:
            self._head("Nearest miss")
            for miss in explanation.misses:
                self._miss(miss, explanation.root)
        if explanation.root is not None:
            self._head("Clauses")
            self._node(explanation.root, 1)
        if explanation.quotes:
            self._head("Evidence" if explanation.fires else "What was found")
            for quote in explanation.quotes:
                self._quote(quote)
        if explanation.filters:
            self._head("Filters")
            self._filters(explanation.filters)

    def section(self, title: str, lines: Iterable[tuple[str, str]]) -> None:
        """Lines with their styles under a heading."""
        self._head(title)
        for line, style in lines:
            self._told("  ", line, style)

    # --- verdict --------------------------------------------------------------------------

    def _verdict(self, explanation: Explanation, place: str, file: str) -> None:
        rule, article = explanation.rule, explanation.article
        text = Text()
        if explanation.fires:
            text.append("✓ ", _YES).append(rule.id, "bold").append(" fires", f"bold {_YES}")
            if explanation.score is not None:
                text.append(f", score {explanation.score:g}")
        else:
            text.append("✗ ", _NO).append(rule.id, "bold").append(" does not fire", f"bold {_NO}")
        if not explanation.fires and explanation.refused:
            held = explanation.root is not None and explanation.root.held
            also = "its clauses hold, but " if held else ""
            text.append(f": {also}the filter `{explanation.refused}` refuses the article")
        self._out.print(text)
        status = "" if rule.status == "active" else f" · {rule.status}"
        self._told("  ", f"{rule.title} · {rule.severity}{status} · {file}", "dim")
        language = language_name(article.language) if article.language else "language unknown"
        source = f" · source {article.source}" if article.source else ""
        self._told("  ", f"{place} · {language} · {article.length} characters{source}", "dim")
        if article.title:
            self._out.print(self._block("  ", Text(cleaned(article.title)), article.title))

    def _miss(self, miss: Miss, root: Node | None) -> None:
        self._told("  ", miss.why)
        if len(miss.path) > (root is not None and root.kind == "frame"):
            self._told("    in: ", " › ".join((*miss.path, miss.clause)), "dim")

    # --- clauses --------------------------------------------------------------------------

    def _node(self, node: Node, depth: int) -> None:
        indent = "  " * depth
        against = (node.weight or 0.0) < 0
        good = node.held != (node.negative or against)
        sign, style = ("✓ ", _YES) if good else ("✗ ", _NO)
        if against:  # neither good nor bad: it is there and takes something away, or it is not there
            sign, style = ("✓ ", "yellow") if node.held else ("· ", "dim")
        text = Text(indent).append(sign, style)
        if node.negative:
            text.append("none  ", "magenta")
        if node.weight is not None:
            text.append(f"{node.weight:+g}  ".replace("-", "−"), "cyan")
        name = _NAMES[node.kind]
        if name and not node.label.startswith(name) and node.kind not in ("title", "lead"):
            text.append(f"{name} ", "dim")
        text.append(isolated(node.label))
        if node.detail:
            text.append(f"  {isolated(node.detail)}", "cyan")
        if node.held and not node.children and node.kind != "frame" and node.evidence:
            text.append(f"  {isolated(places(node.evidence))}", "dim" if good or against else _NO)
        if against:
            lost = f"{-(node.weight or 0.0):g}"
            text.append(
                f"  present: takes {lost} away" if node.held else "  not present: takes nothing away", style
            )
        said = node.negative or against or (node.kind == "frame" and node.events) or node.detail
        miss = "" if node.held or said else node.miss
        if miss == missing(node.label):
            text.append("  not in the article", "yellow")
            miss = ""
        self._out.print(text)
        if miss:
            self._told(f"{'  ' * (depth + 1)}↳ ", miss, "yellow")
        if node.kind == "frame":
            self._events(node, depth + 1)
        self._children(node, depth + 1)

    def _children(self, node: Node, depth: int) -> None:
        hidden = 0
        allowed = 0 if node.kind == "any" and node.held else MOST_ALTERNATIVES
        listed = node.kind in ("any", "at_least")
        ranked = sorted((one for one in node.children if not one.held), key=lambda one: -one.closeness)
        kept = {id(one) for one in ranked[:allowed]}
        for child in node.children:
            if listed and not child.held and id(child) not in kept:
                hidden += 1
                continue
            self._node(child, depth)
        if hidden:
            word = "alternative does" if hidden == 1 else "alternatives do"
            more = "" if allowed == 0 else "more "
            self._line(f"{'  ' * depth}· {hidden} {more}{word} not hold", "dim")

    def _events(self, node: Node, depth: int) -> None:
        best = next((one for one in node.events if one.held), None) or nearest_event(node.events)
        if best is None:
            return
        indent = "  " * depth
        self._row(indent, ok=True, name="event", rest=places(best.words))
        for role in best.roles:
            self._role(indent, role)
        for cue in best.cues:
            silences = bool(best.silenced)
            self._row(indent, ok=not silences, name="cue", rest=f"{cue.entry} (“{cue.text}”)")
        if best.silenced:
            self._told(f"{indent}  ↳ ", best.silenced, "yellow")
        others = [one for one in node.events if one is not best]
        told = Counter(sketch(other) for other in others)
        for other, times in list(told.items())[:MOST_EVENTS]:
            often = f" ({times} times)" if times > 1 else ""
            self._told(f"{indent}· another event: ", f"{other}{often}", "dim")
        if len(told) > MOST_EVENTS:
            self._line(f"{indent}· {len(told) - MOST_EVENTS} more events", "dim")

    def _role(self, indent: str, role: RoleRead) -> None:
        if role.held:
            self._row(indent, ok=True, name=role.role, rest=places(role.filled))
            return
        instead = f"{places(role.filled)} instead of {role.wanted}" if role.filled else f"no {role.wanted}"
        self._row(indent, ok=False, name=role.role, rest=instead)
        self._told(f"{indent}  ↳ ", role.why, "yellow")

    def _row(self, indent: str, *, ok: bool, name: str, rest: str) -> None:
        text = Text(indent).append("✓ " if ok else "✗ ", _YES if ok else _NO)
        text.append(f"{name:<7}", "dim").append(isolated(rest))
        self._out.print(text)

    # --- sentences ------------------------------------------------------------------------

    def _quote(self, quote: Quote) -> None:
        marked = Text()
        for piece, mark in pieces(quote):
            clean = cleaned(piece)
            if mark is None:
                marked.append(clean)
            elif self._coloured:
                marked.append(clean, _MARK)
            else:
                marked.append(f"[{clean}]")
        head = "  title " if quote.field == "title" else "  text  "
        self._out.print(self._block(head, marked, quote.text))
        glosses: dict[str, None] = {}
        for mark in quote.marks:
            if mark.gloss and mark.gloss.casefold() != mark.text.casefold():
                glosses[f"{isolated(short(mark.text))}: {isolated(mark.gloss)}"] = None
        if glosses:
            self._told("        ", " · ".join(glosses), _YES, raw=True)

    def _filters(self, filters: Sequence[Filter]) -> None:
        size = max(len(one.name) for one in filters)
        width = min(40, max(len(one.wanted) for one in filters))
        for one in filters:
            sign, style = {"passes": ("✓", _YES), "refuses": ("✗", _NO)}.get(one.outcome, ("?", "yellow"))
            value = f"is {one.value}" if one.value else "is empty"
            verdict = "unknown here, so it passes" if one.outcome == "unknown" else f"{value}: {one.outcome}"
            text = Text("  ").append(f"{sign} ", style).append(f"{one.name:<{size}}  ", "dim")
            self._out.print(
                text.append(f"{isolated(one.wanted):<{width}}  ").append(isolated(verdict), style)
            )

    # --- lines ----------------------------------------------------------------------------

    def _head(self, title: str) -> None:
        self._out.print()
        self._out.print(Text(title, "bold"))

    def _line(self, text: str, style: str = "") -> None:
        self._out.print(Text(isolated(text), style))

    def _told(self, indent: str, text: str, style: str = "", *, raw: bool = False) -> None:
        """Text in lines, all but the first under the first."""
        said = Text(text if raw else isolated(text), style)
        blank = " " * len(indent)
        for number, line in enumerate(said.wrap(self._out, self._width - len(indent))):
            line.rstrip()
            self._out.print(Text.assemble((indent if number == 0 else blank, style), line))

    def _block(self, head: str, marked: Text, raw: str) -> Text:
        """A sentence in lines beside its head, each isolated by itself if it runs right to left."""
        right = direction(raw) == "rtl"
        blank = " " * len(head)
        shown = Text()
        for number, line in enumerate(marked.wrap(self._out, self._width - len(head) - 2)):
            line.rstrip()
            shown.append("\n" if number else "")
            shown.append(blank if number else head, "dim")
            shown.append_text(Text.assemble(_RLI, line, _PDI) if right else line)
        return shown
