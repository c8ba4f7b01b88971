"""The kernels against each other and against the reference evaluator, in many scripts."""

from __future__ import annotations

import threading
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.lexicon.schema import EMPTY, Entry, Form, Lexicon
from monitor.located import read_yaml
from monitor.matching.clauses import All, Any, AtLeast, Clause, Frame, Names, Near, Scope, Term
from monitor.matching.engine import Engine
from monitor.matching.filing.lexicon import file_lexicon
from monitor.matching.kernel import library, native
from monitor.matching.kernel.tables import Characters
from tests.gold.texts import read_rules, read_texts
from tests.matching.frame_lab import lexicon as small_lexicon
from tests.matching.fuzz import agreement, sanitizer
from tests.matching.fuzz.letters import any_text
from tests.matching.fuzz.segmentation import Cutter
from tests.matching.reference import Reference, written
from tests.matching.test_engine import compound, rule

HERE = Path(__file__).parent
compiled = pytest.mark.skipif(not native.AVAILABLE, reason="the kernel was not compiled")
PLAIN_TABLE = file_lexicon(EMPTY)

# --- segmentation ---------------------------------------------------------------------------


@compiled
def test_both_kernels_cut_random_texts_alike() -> None:
    random, cutter = Random(1), Cutter()
    for _ in range(3000):
        assert cutter.difference(any_text(random), random.choice(("", "de", "ar", "en"))) == ""


@compiled
def test_both_kernels_cut_every_kind_of_character_alike_wherever_it_stands() -> None:
    usual = range(0x20, 0x250)
    sample = range(Random(2).randrange(331), 0x110000, 331)
    assert list(Cutter().sweep([*usual, *range(0x600, 0x6FF, 3), *range(0x2000, 0x2070), *sample])) == []


@compiled
@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0",
        "\ud800",
        "a\ud800b",
        "\n\n",
        "a\n \n\nb",
        "a\r\n\r\nb",
        "a\u2029b",
        "1,234,567.",
        'צה"ל א"',
        "a'",
        "'",
    ],
)
def test_both_kernels_cut_what_is_odd_alike(text: str) -> None:
    assert Cutter().difference(text) == ""


@compiled
def test_a_text_of_more_kinds_of_characters_than_are_made_at_once_is_cut_alike() -> None:
    cutter = Cutter()
    text = "".join(
        f"a{chr(block << 8 | 0x41)}b. 中。C " for block in range(0x110) if not 0xD8 <= block < 0xE0
    )
    for _ in range(8):
        assert cutter.difference(text) == ""


def test_a_text_has_no_more_blocks_made_than_may_be_waited_for() -> None:
    characters = Characters()
    characters.learn("".join(chr(block << 8) for block in range(0x110) if not 0xD8 <= block < 0xE0))
    assert characters.blocks == 64
    assert all(characters.pages[ord(char) >> 8] for char in ".؟।。…")


# --- rules in many scripts ------------------------------------------------------------------


class World:
    """Five words of a language, and the names that they make: the shape of test_engine's."""

    def __init__(self, language: str, words: str, carried: dict[str, str] | None = None) -> None:
        """``carried``: words with particles on them, and the words, spaced, that each may stand for."""
        self.language = language
        self.words = a, b, c, d, e = tuple(words.split())
        self.carried = {word: frozenset(stands.split()) for word, stands in (carried or {}).items()}
        self.names = {
            "place/kebe": (b,),
            "place/new-kebe": (f"{a} {b}", f"{c} {c}"),
            "org/kobo": (d, f"{b} {d}"),
            "raid": (c,),
            "attack": (e,),
        }
        entries = {
            id: Entry(id=id, gloss=id, narrower=("raid",) if id == "attack" else ()) for id in self.names
        }
        forms = [
            Form(text, language, id, "name" if "/" in id else "term")
            for id, texts in self.names.items()
            for text in texts
        ]
        made = Lexicon(entries, forms)
        self.table = file_lexicon(made)
        self.wholes = {id: set(made.wholes[id]) for id in self.names}
        phrases = [f"{a} {b}", f"{b} {b}", f"{c} {d}"]
        stem = e[:3] if e[:3].isalpha() else e[:4]  # a prefix has three letters, signs apart
        phrases += [f"{stem}*", f"{a} {stem}*"] if len(e) > 3 else []
        self.terms = [Term(text) for text in (*self.words, *phrases)]


WORLDS = [
    World("en", "Kaba Kebe Kibi Kobo Kubukubu"),
    World("ru", "Каба Кебе Киби Кобо Кубукубу"),
    World("uk", "Каба Кебе Ґіїй Кобо Об'єднані"),
    World(
        "ar",
        "قابا قيبي سوري دودو غاراتهم",
        {
            "وقابا": "قابا",
            "القابا": "قابا",
            "والقيبي": "القيبي قيبي",
            "للسوري": "السوري سوري",
            "بدودو": "دودو",
            "وغاراتهم": "غاراتهم",
        },
    ),
    World("he", "קאבא קבבי רביבי דודו גדודים", {"וקאבא": "קאבא", "הקבבי": "קבבי", "ודודו": "דודו"}),
    World(
        "ko",
        "가바자 게베제 기비지 고보조 구부주바",
        {"가바자는": "가바자", "기비지에서": "기비지", "고보조의": "고보조"},
    ),
    World("el", "Κάβα Κέβε Κίβι Κόβο Κουβούκου"),
    World("hi", "दिल्ली मुंबई चेन्नई कोच्चि हिमाचलों"),
    World("th", "ก ข ค ง จ"),
    World("zh", "白 俄 罗 斯 国"),
    World("ja", "カ キ の ケ 日"),
    World("ka", "თბილისი გორი ფოთი ზუგდი სამეგრელო"),
    World("en", "na\u00efve M\u00fcller \u0421\u0422\u041e caf\u00e9 stra\u00dfenbau"),
]
LISTED_ONLY = frozenset(("he", "ko"))
CLUSTERED = frozenset(("th", "zh", "ja"))
worlds = st.sampled_from(WORLDS)


def clauses_of(world: World) -> st.SearchStrategy[Clause]:
    """As in test_engine, with this world's words."""
    names: st.SearchStrategy[Clause] = st.builds(
        Names,
        st.sampled_from([("place/kebe",), ("place/new-kebe", "org/kobo"), ("org/kobo",)]),
        inner=st.booleans(),
    ) | st.builds(Names, st.sampled_from([("raid",), ("attack",)]), concept=st.just(True))
    leaves: st.SearchStrategy[Clause] = st.sampled_from(world.terms) | names
    alternatives = leaves | st.builds(Any, st.lists(leaves, min_size=1, max_size=2).map(tuple))
    nears: st.SearchStrategy[Clause] = st.builds(
        Near, st.lists(alternatives, min_size=2, max_size=3).map(tuple), st.integers(1, 4), st.booleans()
    )
    return st.recursive(leaves | nears, compound, max_leaves=6)


def texts_of(world: World, most: int) -> st.SearchStrategy[list[list[list[str]]]]:
    sentences = st.lists(st.sampled_from([*world.words, *world.carried]), min_size=1, max_size=6)
    return st.lists(st.lists(sentences, min_size=1, max_size=most), max_size=most)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_rules_in_every_script_fire_as_the_plain_reference_says(data: st.DataObject) -> None:
    world = data.draw(worlds)
    title, text = data.draw(texts_of(world, 1)), data.draw(texts_of(world, 3))
    rules = data.draw(st.lists(clauses_of(world), min_size=1, max_size=4))
    reference = Reference(
        title,
        text,
        world.names,
        world.wholes,
        carried=world.carried,
        terms_carried=world.language not in LISTED_ONLY,
        guarded=world.language in CLUSTERED,
    )
    (raw_title, title_places), (raw_text, text_places) = written(title), written(text)
    numbered = [rule(clause, str(number)) for number, clause in enumerate(rules)]
    several = agreement.engines(numbered, world.table)
    article = (raw_title, raw_text, world.language)
    assert agreement.difference(several, article) == ""
    fired = {one.rule.id: one for one in several["python, all looked at"].read(*article).fired}
    places = (title_places, text_places)
    for number, clause in enumerate(rules):
        expected = reference.evaluate(clause)
        assert (str(number) in fired) is (expected is not None), clause
        if expected is not None:
            spots = {
                (("title", "text")[f], places[f][first][0], places[f][last][1]) for f, first, last in expected
            }
            assert {(one.field, one.start, one.end) for one in fired[str(number)].evidence} == spots


def test_an_engine_whose_rules_were_edited_fires_as_one_filed_anew() -> None:
    count, found = agreement.campaign(4, 1000, long=False)
    assert found == []
    assert count > 1


# --- prefixes: a token that C cannot fold is taken on trust -----------------------------------


@pytest.mark.parametrize(
    ("prefix", "text", "language"),
    [
        ("об'єднан*", "Об’єднані Нації", "uk"),
        ("об'єднан*", "Об'єднані Нації", "uk"),
        ("абй*", "аби\u0306ка", "ru"),
        ("край*", "краи\u0306ний", "ru"),
        ("на край*", "на краи\u0306ний", "ru"),
        ('צה"ל*', "צה״לי אמר", "he"),
        ("strass*", "Stra\u00dfenbau", "de"),
        ("caf\u00e9s*", "CAFE\u0301S", "fr"),
        ("123*", "12,345", "en"),
    ],
)
@pytest.mark.parametrize("kernel", agreement.KERNELS)
def test_a_prefix_is_met_however_its_letters_are_encoded(
    kernel: str, prefix: str, text: str, language: str
) -> None:
    engine = Engine([rule(Term(prefix))], PLAIN_TABLE, kernel=kernel)
    assert engine.read("", text, language).fired


@pytest.mark.parametrize("kernel", agreement.KERNELS)
def test_a_name_that_is_a_prefix_is_met_as_the_entry_that_it_names(kernel: str) -> None:
    ids = ("place/one", "place/two", "place/three")
    entries = {id: Entry(id=id, gloss=id) for id in ids}
    forms = [Form(text, "en", id, "name") for id, text in zip(ids, ("Kana", "Russ*", "Rus*"), strict=True)]
    rules = [rule(Names((id,)), id) for id in ids]
    engine = Engine(rules, file_lexicon(Lexicon(entries, forms)), kernel=kernel)
    assert [one.rule.id for one in engine.read("", "Russian men", "en").fired] == list(ids[1:])


@pytest.mark.parametrize("kernel", agreement.KERNELS)
def test_a_term_of_rare_han_characters_is_met(kernel: str) -> None:
    engine = Engine([rule(Term("\U00020bb7\U00020bb8"))], PLAIN_TABLE, kernel=kernel)
    assert engine.read("", "在\U00020bb7\U00020bb8里", "zh").fired


@pytest.mark.parametrize("kernel", agreement.KERNELS)
def test_a_term_that_only_edited_rules_ask_for_loses_no_hit(kernel: str) -> None:
    table = file_lexicon(
        Lexicon({"place/x": Entry(id="place/x", gloss="")}, [Form("xena", "en", "place/x", "name")])
    )
    rules = [
        rule(All((Term("alpha"), Term("zulu")), (), "sentence")),
        rule(Term("xena alpha"), "two"),
    ]
    text = "Alpha zulu " + "yy. Alpha " * 12 + "\n\nxena alpha. qq zulu"
    fresh = Engine(rules, table, kernel=kernel).read("", text, "en").fired
    edited = Engine([], table, kernel=kernel).changed(rules).read("", text, "en").fired
    assert edited == fresh


# --- frames ---------------------------------------------------------------------------------

SMALL = file_lexicon(
    small_lexicon(
        read_yaml(HERE / "matching-cases.yaml").value["lexicon"], read_yaml(HERE / "frame-lexicon.yaml").value
    )
)
SENTENCES = [(one[1], one[2]) for one in read_yaml(HERE / "frame-sentences.yaml").value["sentences"]]


def frame_clause(random: Random) -> Clause:
    """A frame, by itself or in what a rule may put around it."""
    places, actors = ["place/aleppo", "place/idlib", "country/sy", "country/ua"], ["country/ru", "country/il"]
    made = Frame(
        event=(random.choice(("airstrike", "sanctions")),),
        actor=tuple(random.sample(actors, random.randint(0, 2))),
        place=tuple(random.sample(places, random.randint(0, 2))),
        scope=random.choice(("sentence", "paragraph", "document")),
    )
    name = Names((random.choice((*places, *actors)),))
    limit = random.choice(("sentence", "paragraph", 12))
    return random.choice(
        (
            made,
            All((made, name), (), limit),
            All((name,), (made,), limit),
            Scope(random.choice(("title", "lead")), made),
            Scope("lead", All((made, name), (), "sentence")),
            AtLeast(2, (made, name, Names(("country/us",)))),
            Any((made, All((made, name)))),
        )
    )


def test_frames_in_any_place_of_a_rule_fire_alike_with_every_optimisation() -> None:
    random = Random(7)
    by_language: dict[str, list[str]] = {}
    for language, sentence in SENTENCES:
        by_language.setdefault(language, []).append(sentence)
    several = agreement.engines([rule(frame_clause(random), str(number)) for number in range(60)], SMALL)
    fires = 0
    for _ in range(40):
        language = random.choice(sorted(by_language))
        told = random.choices(by_language[language], k=5)
        text = told[0] + "".join(random.choice((" ", " ", "\n\n")) + sentence for sentence in told[1:])
        article = (random.choice(by_language[language]), text, language)
        assert agreement.difference(several, article) == ""
        fires += len(several["python, watched"].read(*article).fired)
    assert fires > 100


# --- corpora --------------------------------------------------------------------------------


def test_the_gold_texts_fire_alike_with_every_kernel(tmp_path: Path) -> None:
    book = read_rules(tmp_path / "lexicon.pack")
    engines = {kernel: Engine(book.active(), book.table, kernel=kernel) for kernel in agreement.KERNELS}
    for text in read_texts():
        assert agreement.difference(engines, (text.title, text.text, text.language)) == ""


# --- threads, memory ------------------------------------------------------------------------


@compiled
def test_threads_that_read_at_once_find_what_one_finds() -> None:
    rules = [rule(All((Term("bravo"), Term("delta")), (), "sentence"), "one"), rule(Term("中国"), "two")]
    engine = Engine(rules, PLAIN_TABLE)
    texts = [f"alpha {n} bravo{'.' if n % 2 else ','} Delta 中国 {'é' * n}ж\u0306" for n in range(60)]
    expected = [engine.read("", text, "en").fired for text in texts]
    found: list[bool] = []

    def work() -> None:
        found.append([engine.read("", text, "en").fired for text in texts] == expected)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 4


@compiled
def test_a_kernel_of_another_version_is_not_taken(tmp_path: Path) -> None:
    broken = tmp_path / "_kernel.so"
    broken.write_bytes(b"no library")
    before = library.functions()
    with pytest.raises(OSError, match=r"_kernel\.so"):
        library.use(broken)
    assert library.functions() is before


def test_nothing_is_read_or_written_beyond_an_array(tmp_path: Path) -> None:
    try:
        build = sanitizer.compiled(tmp_path)
    except sanitizer.NoSanitizer as error:
        pytest.skip(str(error))
    code, said = sanitizer.campaign(build, 3, 1)
    assert (code, "ERROR: AddressSanitizer" in said, "runtime error" in said) == (0, False, False), said
