"""Random lexicons, rules and articles: everything that a plan can hold, over few words, so that much is met."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from monitor.lexicon.forms import KINDS
from monitor.lexicon.schema import Entry, Form, Lexicon
from monitor.matching.clauses import (
    All,
    Any,
    AtLeast,
    Clause,
    Frame,
    Mentions,
    Names,
    Near,
    Scope,
    Score,
    Stretch,
    Term,
    Weighted,
)
from monitor.matching.patterns import PREFIX_KEY, patterns
from monitor.matching.rule import Rule
from tests.matching.fuzz.letters import NASTY, SCRIPTS, any_text, word

ENTITIES = ("country/aa", "country/bb", "place/aa-one", "place/aa-two", "org/cc", "person/dd")
CONCEPTS = ("raid", "attack", "drill", "say", "sanctions")
WITHIN: tuple[Stretch | None, ...] = (None, None, "sentence", "paragraph", 1, 2, 5, 40)
PROCLITICS = {"ar": ("و", "ف", "ال", "وال", "لل", "ب"), "he": ("ו", "ה", "וה"), "ko": ()}
PARTICLES = {"ko": ("은", "에서", "의", "는")}
LONGEST = 300  # tokens of a term


class World:
    """A few words of two languages, and what is made of them."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.languages = random.sample(sorted(SCRIPTS), 2)
        self.words = [word(random, language) for language in self.languages for _ in range(7)]
        self.words += ["WHO", "US", "12,345", "AT&T", "C#"]

    def phrase(self, most: int = 3) -> str:
        """Words as a name or a term has them."""
        words = self.random.choices(self.words, k=self.random.randint(1, most))
        return self.random.choice((" ", " ", " ", "-", "")).join(words)

    def lexicon(self) -> Lexicon:
        """Entries with forms of all kinds; names lie in longer names."""
        random = self.random
        entries = {id: Entry(id=id, gloss=id) for id in (*ENTITIES, *CONCEPTS)}
        entries["place/aa-one"] = Entry(id="place/aa-one", gloss="one", part_of=("country/aa",))
        entries["place/aa-two"] = Entry(id="place/aa-two", gloss="two", part_of=("place/aa-one", "place/zz"))
        entries["attack"] = Entry(id="attack", gloss="attack", narrower=("raid", "unknown"))
        forms: list[Form] = []
        for id in entries:
            kinds = KINDS[:3] if "/" in id else KINDS[3:7]
            for _ in range(random.randint(0, 4)):
                kind = "not" if random.random() < 0.1 else random.choice(kinds)
                language = random.choice((*self.languages, *self.languages, ""))
                forms.append(Form(self.phrase(), language, id, kind, random.random() < 0.2))
        return Lexicon(entries, tuple(forms))

    def term(self) -> Term:
        """A word, a phrase, a prefix, an acronym, or what nobody would ask for."""
        random, dice = self.random, self.random.random()
        if dice < 0.01:
            return Term(" ".join(random.choices(self.words, k=LONGEST)))
        if dice < 0.06:
            return Term(any_text(random, 8))
        if dice < 0.25:
            text = self.phrase(2)
            cut = text[: random.randint(3, max(3, len(text)))] + "*"
            spelled = patterns(cut)
            if spelled and all(len(one.tokens[-1]) >= PREFIX_KEY for one in spelled):
                return Term(cut)
        return Term(self.phrase(), random.random() < 0.2)

    def clause(self, depth: int = 3) -> Clause:
        """A clause of any kind."""
        random = self.random
        if depth == 0 or random.random() < 0.3:
            return self._leaf()
        several = tuple(self.clause(depth - 1) for _ in range(random.randint(1, 3)))
        match random.randrange(9):
            case 0:
                return Any(several)
            case 1:
                return AtLeast(random.randint(1, len(several)), several)
            case 2:
                return Mentions(random.randint(1, 4), self._leaf())
            case 3:
                weights = (-2.0, 1.0, 3.0)
                weighted = tuple(Weighted(one, random.choice(weights)) for one in several)
                return Score(weighted, random.choice((-1.0, 0.0, 1.0, 4.0)))
            case 4:
                return Scope(random.choice(("title", "lead")), several[0])
            case 5:
                parts = tuple(self._alternatives() for _ in range(random.randint(2, 3)))
                return Near(parts, random.randint(1, 20), random.random() < 0.5)
            case 6:
                return self._frame()
        none = tuple(self.clause(depth - 1) for _ in range(random.randint(0, 1)))
        return All(() if none and random.random() < 0.2 else several, none, random.choice(WITHIN))

    def rule(self, id: str) -> Rule:
        """A rule with such a clause."""
        return Rule(id=id, version="1", title=id, clause=self.clause())

    def edited(self, rules: Sequence[Rule]) -> list[Rule]:
        """Some of the rules gone, some written anew, some more, in another order."""
        random = self.random
        kept = [
            self.rule(one.id) if random.random() < 0.15 else one for one in rules if random.random() < 0.85
        ]
        known = {one.id for one in rules}
        fresh = [str(number) for number in range(40) if str(number) not in known]
        kept += [self.rule(id) for id in fresh[: random.randint(0, 4)]]
        if random.random() < 0.5:
            random.shuffle(kept)
        return kept

    def article(self, most: int = 60) -> tuple[str, str, str]:
        """Title, text and language."""
        language = self.random.choice((*self.languages, *self.languages, "", "xx"))
        return self._text(language, 5), self._text(language, most), language

    def _text(self, language: str, most: int) -> str:
        random = self.random
        found: list[str] = []
        for _ in range(random.randint(0, most)):
            dice = random.random()
            piece = random.choice(self.words)
            if dice < 0.3:
                piece = random.choice(PROCLITICS.get(language, ("",)) or ("",)) + piece
                piece += random.choice(PARTICLES.get(language, ("",)))
            elif dice < 0.35:
                piece = piece.upper()
            elif dice < 0.4:
                piece = ".".join(piece) + "."
            elif dice < 0.45:
                piece = any_text(random, 6)
            found.append(piece)
            found.append(
                random.choice(NASTY)
                if random.random() < 0.15
                else random.choice(("", " ", " ", " ", ". ", "\n\n"))
            )
        return "".join(found)

    def _leaf(self) -> Clause:
        random = self.random
        if random.random() < 0.5:
            return self.term()
        if random.random() < 0.5:
            ids = random.sample((*ENTITIES, "place/zz"), random.randint(1, 2))
            return Names(tuple(ids), inner=random.random() < 0.3)
        return Names((random.choice((*CONCEPTS, "unknown")),), concept=True)

    def _alternatives(self) -> Clause:
        leaves = tuple(self._leaf() for _ in range(self.random.randint(1, 2)))
        return leaves[0] if len(leaves) == 1 else Any(leaves)

    def _frame(self) -> Frame:
        random = self.random

        def some(ids: Sequence[str]) -> tuple[str, ...]:
            return tuple(random.sample(ids, random.randint(0, 2)))

        return Frame(
            event=(random.choice(CONCEPTS),),
            actor=some(ENTITIES),
            place=some(ENTITIES),
            target=some((*ENTITIES, *CONCEPTS)),
            scope=random.choice(("sentence", "paragraph", "document")),
        )


def monsters(random: Random, world: World) -> list[tuple[str, str, str]]:
    """Articles that are long, deep, or of one thing alone."""
    language = world.languages[0]
    some = random.choice(world.words)
    return [
        ("", "", ""),
        ("\0" * 5_000, "\0" * 50_000, ""),
        ("", "".join(chr(random.randrange(0x110000)) for _ in range(5_000)), language),
        ("", "\ud800" * 5_000, language),
        (some * 500, (some + " ") * 5_000, language),
        ("", some * 2_000, language),
        ("", " ".join(random.choices(world.words, k=2_000)), language),
        ("", "a" * 1_000_000, "en"),
        ("", "中" * 200_000, "zh"),
        ("", "ا\u064b" * 20_000, "ar"),
        ("", "1,234" + ",567" * 20_000, "de"),
        ("", "a'" * 20_000, "en"),
        ("", ". B" * 20_000, "en"),
        ("", "\n\n" * 20_000 + some, "en"),
        (" ".join(random.choices(world.words, k=LONGEST)),) * 2 + (language,),
    ]
