"""Plain words become rules that load, fire on what they say, and hold nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.cleaning.clean import clean_document
from monitor.lexicon.models import LANGUAGES
from monitor.located import parse_yaml
from monitor.matching.engine import Engine
from monitor.rules.book import RuleBook
from monitor.rules.draft import Draft, DraftError, appended, draft
from monitor.rules.draft.signs import languages
from monitor.rules.draft.written import SCHEMA, rule_file, rule_item, summary
from monitor.rules.examples import run_examples
from monitor.rules.load import load_rules

ROOT = Path(__file__).resolve().parents[2]
TEN = ("en", "ar", "fr", "es", "ru", "de", "tr", "fa", "uk", "zh")

SMALL = """\
entities:
  country/ru: {en: {names: [Russia], demonyms: [Russian], metonyms: [Moscow]}}
  country/us: {en: {names: [{name: US, case: true}, United States], metonyms: [Washington]}}
  country/sy: {en: {names: [Syria], demonyms: [Syrian]}}
  country/ba: {en: {names: [Bosnia and Herzegovina]}}
  place/moscow: {capital_of: country/ru, part_of: country/ru, en: {names: [Moscow]}}
  place/raqqa: {part_of: country/sy, en: {names: [Raqqa]}, ar: {names: [الرقة]}}
  place/idlib: {part_of: country/sy, en: {names: [Idlib]}}
  place/tripoli: {gloss: Tripoli in Libya, en: {names: [Tripoli]}}
  place/tripoli-lebanon: {gloss: Tripoli in Lebanon, en: {names: [Tripoli]}}
  org/hamas: {en: {names: [Hamas]}}
concepts:
  attack: {narrower: [airstrike, missile-attack], en: {terms: [armed attack]}}
  airstrike: {en: {terms: [airstrike, air strikes], weak: [strikes]}, ar: {terms: [غارة]}}
  missile-attack: {en: {terms: [missile strikes]}}
  earthquake: {roles: [place], en: {terms: [earthquake]}}
  sanctions: {roles: [actor, target], en: {terms: [sanctions]}}
  drill: {en: {terms: [drill]}}
  fiction: {en: {terms: [novel]}}
  figurative: {en: {terms: [metaphorical]}}
  denial: {en: {terms: [denial]}}
  negation: {en: {terms: [without sanctions]}}
"""


@pytest.fixture(scope="module", name="book")
def _book() -> RuleBook:
    return load_rules([ROOT / "rules"])


@pytest.fixture(scope="module", name="shipped")
def _shipped(book: RuleBook) -> Engine:
    return Engine((), book.table)


@pytest.fixture(scope="module", name="small")
def _small(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("small")
    (folder / "lexicon.yaml").write_text(SMALL, "utf-8")
    book = load_rules([folder])
    assert book.errors() == ()
    return Engine((), book.table)


def match(words: str, engine: Engine, **more: Any) -> Any:
    return draft(words, engine, **more).rule["match"]


STRIKES_ON_RAQQA = {"event": "airstrike", "actor": "country/ru", "place": "place/raqqa"}
ISRAEL_BEIRUT = {"event": "airstrike", "actor": "country/il", "place": "place/beirut"}
QUAKE_TURKEY = {"event": "earthquake", "place": "country/tr"}
EU_RUSSIA = {"event": "sanctions", "actor": "org/eu", "target": "country/ru"}


@pytest.mark.parametrize(
    ("language", "words", "expected"),
    [
        ("en", "Russian strikes + Raqqa", STRIKES_ON_RAQQA),
        ("en", "air strikes by Russia in Raqqa", STRIKES_ON_RAQQA),
        ("en", "Moscow's strikes on Raqqa", STRIKES_ON_RAQQA),
        ("en", "Israel airstrike Beirut", ISRAEL_BEIRUT),
        ("en", "earthquake, Turkey", QUAKE_TURKEY),
        ("en", "EU sanctions against Russia", EU_RUSSIA),
        ("ar", "ضربات روسية + الرقة", STRIKES_ON_RAQQA),
        ("ar", "غارات روسية على الرقة", STRIKES_ON_RAQQA),
        ("ar", "زلزال في تركيا", QUAKE_TURKEY),
        ("fr", "frappes russes à Raqqa", STRIKES_ON_RAQQA),
        ("fr", "Séisme en Turquie", QUAKE_TURKEY),
        ("fr", "sanctions de l'UE contre la Russie", EU_RUSSIA),
        ("es", "ataques rusos en Raqqa", STRIKES_ON_RAQQA),
        ("es", "terremoto en Turquía", QUAKE_TURKEY),
        ("es", "sanciones de la UE contra Rusia", EU_RUSSIA),
        ("de", "russische Luftangriffe auf Rakka", STRIKES_ON_RAQQA),
        ("de", "Luftangriffe Israels auf Beirut", ISRAEL_BEIRUT),
        ("de", "Erdbeben in der Türkei", QUAKE_TURKEY),
        ("de", "EU-Sanktionen gegen Russland", EU_RUSSIA),
        ("ru", "удары России по Ракке", STRIKES_ON_RAQQA),
        ("ru", "землетрясение в Турции", QUAKE_TURKEY),
        ("ru", "санкции ЕС против России", EU_RUSSIA),
        ("uk", "удари Росії по Ракці", STRIKES_ON_RAQQA),
        ("uk", "землетрус у Туреччині", QUAKE_TURKEY),
        ("uk", "санкції ЄС проти Росії", EU_RUSSIA),
        ("fa", "حملات هوایی اسرائیل به بیروت", ISRAEL_BEIRUT),
        ("fa", "زلزله در ترکیه", QUAKE_TURKEY),
        ("tr", "İsrail'in Beyrut'a hava saldırısı", ISRAEL_BEIRUT),
        ("tr", "Türkiye'de deprem", QUAKE_TURKEY),
        ("tr", "AB'nin Rusya'ya yaptırımları", EU_RUSSIA),
        ("zh", "以色列 空袭 贝鲁特", ISRAEL_BEIRUT),
        ("zh", "以色列空袭贝鲁特", ISRAEL_BEIRUT),
        ("zh", "土耳其地震", QUAKE_TURKEY),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_plain_words_of_ten_languages_become_a_frame(
    shipped: Engine, language: str, words: str, expected: object
) -> None:
    made = draft(words, shipped)
    assert made.rule["match"] == expected
    assert made.language == language
    assert made.unresolved == ()
    assert set(TEN) <= set(made.languages)


@pytest.mark.parametrize(
    ("words", "unwanted"),
    [
        ("earthquake in Iran or Turkey except Tehran", "place/tehran"),
        ("زلزال في إيران أو تركيا باستثناء طهران", "place/tehran"),
        ("séisme en Iran ou en Turquie sauf Téhéran", "place/tehran"),
        ("terremoto en Irán o Turquía sin Teherán", "place/tehran"),
        ("Erdbeben im Iran oder in der Türkei ohne Teheran", "place/tehran"),
        ("землетрясение в Иране или Турции кроме Тегерана", "place/tehran"),
        ("землетрус в Ірані або Туреччині без Тегерана", "place/tehran"),
        ("İran veya Türkiye'de deprem, Tahran hariç", "place/tehran"),
        ("زلزله در ایران یا ترکیه به جز تهران", "place/tehran"),
        ("地震 伊朗或土耳其 不包括德黑兰", "place/tehran"),
    ],
)
def test_or_and_without_are_known_in_ten_languages(shipped: Engine, words: str, unwanted: str) -> None:
    assert match(words, shipped) == {
        "event": "earthquake",
        "place": ["country/ir", "country/tr"],
        "none": [{"entity": unwanted}],
    }


def test_the_title_of_each_shipped_rule_passes_its_examples_or_says_what_is_not_resolved(
    book: RuleBook, shipped: Engine, tmp_path: Path
) -> None:
    drafts = {loaded.rule.id: draft(loaded.rule.title, shipped, id=loaded.rule.id) for loaded in book.rules}
    listed = []
    for loaded in book.rules:
        made = drafts[loaded.rule.id]
        examples = [one.model_dump(exclude_defaults=True, mode="json") for one in loaded.examples]
        listed.append({**made.rule, "examples": examples})
    combined = tmp_path / "drafts.yaml"
    combined.write_text(_as_yaml(listed), "utf-8")
    again = load_rules([ROOT / "rules" / "entities", ROOT / "rules" / "concepts", combined])
    assert again.errors() == ()
    failures = {
        result.rule.rule.id: result.failure for result in run_examples(again, _clean) if result.failure
    }
    assert {id for id in failures if not drafts[id].unresolved} == set()
    assert drafts["protest-capital-tear-gas"].unresolved == ("broken up by force",)
    resolved = {id for id, made in drafts.items() if not made.unresolved}
    assert resolved >= {
        "ru-strikes-raqqa",
        "strikes-in-syria",
        "earthquake-iran-turkey",
        "eu-sanctions-russia",
        "drone-attack-moscow",
    }


def _clean(title: str, text: str, language: str) -> tuple[str, str, str]:
    article = clean_document(title=title, text=text, language=language, seen=datetime.now(UTC))
    return article.title, article.text, article.language


def _as_yaml(rules: list[dict[str, Any]]) -> str:
    return msgspec.json.encode({"rules": rules}).decode()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("strikes", {"concept": "airstrike"}),
        ("Raqqa", {"entity": "place/raqqa"}),
        ("Russia + Hamas", {"all": [{"entity": "country/ru"}, {"entity": "org/hamas"}], "within": "sentence"}),
        ("Russia or Hamas", {"entity": ["country/ru", "org/hamas"]}),
        ("earthquake or sanctions", {"concept": ["earthquake", "sanctions"]}),
        ("Raqqa | tear gas", {"any": [{"entity": "place/raqqa"}, "tear gas"]}),
        ("earthquake in Syria, Russia or Tripoli",
         {"event": "earthquake", "place": ["country/sy", "country/ru", "place/tripoli"]}),
        ("earthquake + Bosnia and Herzegovina", {"event": "earthquake", "place": "country/ba"}),
        ("sanctions + Syria", {"event": "sanctions", "target": "country/sy"}),
        ("US sanctions on Hamas", {"event": "sanctions", "actor": "country/us", "target": "org/hamas"}),
        ("Washington sanctions against Syria",
         {"event": "sanctions", "actor": "country/us", "target": "country/sy"}),
        ("strikes + Russia + Raqqa", STRIKES_ON_RAQQA),
        ("Raqqa & Russian strikes", STRIKES_ON_RAQQA),
        ("strikes in Raqqa + Syria", {"event": "airstrike", "place": "place/raqqa"}),
        ("strikes in Raqqa, Syria", {"event": "airstrike", "place": "place/raqqa"}),
        ("strikes in the city of Raqqa", {"event": "airstrike", "place": "place/raqqa"}),
        ("strikes + Raqqa + Idlib",
         {"all": [{"event": "airstrike", "place": "place/raqqa"}, {"event": "airstrike", "place": "place/idlib"}],
          "within": "paragraph"}),
        ("strikes in Raqqa and Idlib", {"event": "airstrike", "place": ["place/raqqa", "place/idlib"]}),
        ("airstrike or missile strikes on Raqqa",
         {"event": ["airstrike", "missile-attack"], "place": "place/raqqa"}),
        ("airstrike + Raqqa not Idlib",
         {"event": "airstrike", "place": "place/raqqa", "none": [{"entity": "place/idlib"}]}),
        ("airstrike + Raqqa -Idlib",
         {"event": "airstrike", "place": "place/raqqa", "none": [{"entity": "place/idlib"}]}),
        ("airstrike + Raqqa without denial",
         {"event": "airstrike", "place": "place/raqqa", "unless": ["drill", "fiction", "figurative", "denial"]}),
        ("airstrike + Raqqa without drill", {"event": "airstrike", "place": "place/raqqa"}),
        ("earthquake drill in Idlib",
         {"all": [{"event": "earthquake", "place": "place/idlib", "unless": ["fiction", "figurative"]},
                  {"concept": "drill"}], "within": "paragraph"}),
        ("Syria without sanctions", {"entity": "country/sy", "none": [{"concept": "sanctions"}]}),
        ("Raqqa + tear gas without football, rugby",
         {"all": [{"all": [{"entity": "place/raqqa"}, {"any": ["tear gas"]}, {"any": ["rugby"]}],
                   "within": "sentence"}], "none": [{"any": ["football"]}]}),
        ("C++", {"any": ["C++"]}),
        ("AT&T", {"any": ["AT&T"]}),
        ("vaccin*", {"any": ["vaccin*"]}),
        ("no", {"any": ["no"]}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_signs_and_small_words_join_what_they_stand_between(
    small: Engine, words: str, expected: object
) -> None:
    made = draft(words, small, language="en")
    assert made.rule["match"] == expected
    assert _loads(made, small)


def _loads(made: Draft, engine: Engine) -> bool:
    """Whether the file parses to the rule and nothing else, and its clauses are without errors."""
    from monitor.rules.clauses import ClauseReader
    from monitor.rules.schema import RuleFile

    text = rule_file(made)
    assert text.startswith(f"{SCHEMA}\n")
    value = parse_yaml(text, "draft.yaml").value
    assert value == {"rules": [made.rule]}
    (model,) = RuleFile.model_validate(value).rules
    problems: list[str] = []
    assert model.match is not None
    ClauseReader(engine.lexicon, {}, lambda _, message, __: problems.append(message)).read(model.match, ())
    assert problems == []
    return True


def test_a_word_with_several_meanings_offers_them_and_takes_what_is_picked(small: Engine) -> None:
    made = draft("earthquake in Tripoli", small)
    ((first, item),) = [(number, item) for number, item in made.choices if item.text == "Tripoli"]
    assert [one.id for one in item.meanings] == ["place/tripoli", "place/tripoli-lebanon"]
    assert item.taken == ("place/tripoli",)
    by_number = match("earthquake in Tripoli", small, picks=[str(first + 1)])
    assert by_number == {"event": "earthquake", "place": "place/tripoli-lebanon"}
    assert match("earthquake in Tripoli", small, picks=["place/tripoli-lebanon"]) == by_number
    both = match("earthquake in Tripoli", small, picks=["place/tripoli", "place/tripoli-lebanon"])
    assert both["place"] == ["place/tripoli", "place/tripoli-lebanon"]
    with pytest.raises(DraftError, match="place/tripoli-lebanon"):
        draft("earthquake in Tripoli", small, picks=["place/raqqa"])


def test_a_general_event_word_offers_concepts_that_it_may_mean(small: Engine) -> None:
    made = draft("strikes on Raqqa", small)
    ((_, item),) = made.choices
    assert {one.id for one in item.meanings} == {"airstrike", "attack", "missile-attack"}
    assert any("general word" in note for note in made.notes)
    assert match("strikes on Raqqa", small, picks=["missile-attack"])["event"] == "missile-attack"
    assert {one.id for one in draft("armed attack", small).choices[0][1].meanings if one.related} == {
        "airstrike",
        "missile-attack",
    }


def test_a_capital_that_acts_is_its_country_unless_it_was_picked(small: Engine) -> None:
    assert match("Moscow strikes on Raqqa", small) == STRIKES_ON_RAQQA
    assert match("strikes on Moscow", small) == {"event": "airstrike", "place": "place/moscow"}
    assert match("strikes on Moscow", small, picks=["country/ru"])["place"] == "country/ru"


@pytest.mark.parametrize(
    ("words", "expected", "guessed"),
    [
        ("strikes + Rakka", {"event": "airstrike", "place": "place/raqqa"}, ("Rakka (guessed: Raqqa)",)),
        ("airstirke + Idlib", {"event": "airstrike", "place": "place/idlib"}, ("airstirke (guessed: airstrike)",)),
        ("us sanctions", {"event": "sanctions", "actor": "country/us"}, ("us (guessed: US)",)),
    ],
)  # fmt: skip
def test_a_near_spelling_is_taken_and_said_to_be_a_guess(
    small: Engine, words: str, expected: object, guessed: tuple[str, ...]
) -> None:
    made = draft(words, small, language="en")
    assert made.rule["match"] == expected
    assert made.unresolved == guessed
    assert any("is a guess" in note for note in made.notes)
    assert draft(words, small, language="en", guess=False).rule["match"] != expected


@pytest.mark.parametrize(
    "words", ["ministers", "helicopter crash", "elections", "flood", "hostages", "cholera"]
)
def test_a_usual_word_is_no_near_spelling_of_anything(shipped: Engine, words: str) -> None:
    made = draft(words, shipped, language="en")
    assert made.rule["match"] == {"any": [words]}
    assert made.unresolved == (words,)
    assert made.languages == ("en",)
    assert any("no other language" in note for note in made.notes)


def test_words_that_only_qualify_are_left_out_and_said_so(small: Engine) -> None:
    made = draft("deadly strikes in northern Syria", small)
    assert made.rule["match"] == {"event": "airstrike", "place": "country/sy"}
    assert made.unresolved == ()
    assert [note for note in made.notes if "left out" in note] == [
        "“deadly” only qualifies what stands beside it: left out",
        "“northern” only qualifies what stands beside it: left out",
    ]


def test_a_part_that_no_sentence_tells_is_said(small: Engine) -> None:
    assert "“Russia” stands by itself: taken for the actor" in draft("strikes + Russia + Raqqa", small).notes
    assert "“Syria” is left out, since Raqqa lies in it" in draft("strikes in Raqqa, Syria", small).notes
    assert not any("by itself" in note for note in draft("Russian strikes + Raqqa", small).notes)


def test_a_part_in_another_language_is_found_there(small: Engine) -> None:
    assert match("Russian strikes + الرقة", small) == STRIKES_ON_RAQQA
    assert match("earthquake + الرقة", small) == {"event": "earthquake", "place": "place/raqqa"}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", "nothing to look for"),
        ("   ", "nothing to look for"),
        ("+ , & |", "nothing to look for"),
        ("in the of", "nothing to look for"),
        ("\x00\u202e\n", "nothing to look for"),
        ("not Raqqa", "not wanted"),
        ("x" * 201, "too many"),
    ],
)
def test_words_that_make_no_rule_are_refused(small: Engine, words: str, why: str) -> None:
    with pytest.raises(DraftError, match=why):
        draft(words, small)


@pytest.mark.parametrize(
    ("words", "id"),
    [
        ("Russian strikes + Raqqa", "russian-strikes-raqqa"),
        ("Moscow's strikes", "moscows-strikes"),
        ("strikes: ÉÜ łø!", "strikes-eu-lo"),
        ("الرقة", "raqqa"),
        ("غارة + الرقة", "airstrike-raqqa"),
        ("strikes " * 24, "-".join(["strikes"] * 10)),
    ],
)
def test_the_id_is_made_of_the_words_or_of_what_they_mean(small: Engine, words: str, id: str) -> None:
    assert draft(words, small).rule["id"] == id


def test_an_id_that_is_taken_gets_a_number(small: Engine) -> None:
    assert draft("Raqqa", small, used=["raqqa", "raqqa-2"]).rule["id"] == "raqqa-3"
    assert draft("Raqqa", small, id="mine", title="Mine", used=["mine"]).rule == {
        "id": "mine",
        "title": "Mine",
        "status": "shadow",
        "match": {"entity": "place/raqqa"},
    }
    unknown = draft("ლარი", small).rule["id"]
    assert unknown.startswith("rule-")
    assert draft("ლარი", small).rule["id"] == unknown


def test_examples_given_are_in_the_rule_else_a_comment_shows_how(small: Engine) -> None:
    made = draft("Raqqa", small, fires=["In Raqqa: rain\n\nSun\u2028\x1b"], silent=["no"])
    assert parse_yaml(rule_file(made), "x").value["rules"][0]["examples"] == [
        {"fires": "In Raqqa: rain\n\nSun"},
        {"silent": "no"},
    ]
    assert "#   - fires: “…”" in rule_file(draft("Raqqa", small))
    assert "because: place" in rule_file(draft("strikes in Raqqa", small))


def test_the_comments_say_what_is_covered_guessed_and_open(shipped: Engine) -> None:
    text = rule_file(draft("Russian strikes + Rakqa + tear gas", shipped))
    assert "# Drafted from: Russian strikes + Rakqa + tear gas\n" in text
    assert "“Raqqa” = place place/raqqa, guessed from “Rakqa”" in text
    assert "# Languages in which every part is known: en\n" in text
    assert "# Not resolved: Rakqa (guessed: Raqqa); tear gas\n" in text
    assert "# place/raqqa (Raqqa)\n#   en: Raqqa, " in text
    assert ", … and " in text
    assert "#     1 airstrike airstrike, weak (taken)\n" in text


HOSTILE = [
    "no", "yes", "on", "null", "~", "1e3", "0x1F", "12:30", "2026-01-01", ".inf", "a: b", "- a", "? a", "[a]",
    "{a: b}", "# a", "&a b", "*a", "!!python/object a", "%YAML", "@a", "`a`", "'a'", '"a"', "a\\nb", "a\\", "'",
    "a\nrules: []", "a\r\n  - id: evil", "a\u2028status: active", "a\u2029b", "a\x85b", "\ufeffa", "a\u202eb",
    "a #b", "a: |", "a: >-", "---", "...", "a\tb", "\ud800a", "🧨 Raqqa", "a\x1b[31mb", "a" * 200, "id: x",
    "الرقة: نعم", "‏no‏", "می‌خواهم", "[bold]Raqqa[/]",
]  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE, ids=ascii)
def test_hostile_words_give_a_file_with_this_rule_and_nothing_else(small: Engine, words: str) -> None:
    try:
        made = draft(words, small, title=words, fires=[words])
    except DraftError:
        return
    assert _loads(made, small)
    assert all(line == " ".join(line.split("\u2028")) for line in summary(made))


SOUP = st.lists(
    st.sampled_from(
        [*HOSTILE, "Raqqa", "strikes", "not", "-", "+", "or", "drill", "Tripoli", "\n", ": ", "#"]
    )
    | st.text(max_size=12),
    max_size=8,
).map(" ".join)


@settings(max_examples=80, deadline=None)
@given(words=SOUP, title=st.text(max_size=20), example=st.text(max_size=40))
def test_no_words_inject_anything(small: Engine, words: str, title: str, example: str) -> None:
    try:
        made = draft(words, small, title=title, fires=[example])
    except DraftError:
        return
    assert _loads(made, small)
    assert set(made.rule) == {"id", "title", "status", "match", "examples"}
    file = f"{SCHEMA}\nrules:\n- id: other\n  match: x\n"
    assert parse_yaml(appended(file, rule_item(made), made.rule), "x").value["rules"][1] == made.rule


@pytest.mark.parametrize(
    "text",
    [
        "rules:\n  - id: a\n    match: x\n",
        "# c\nrules:\n- id: a\n  match: x",
        "rules:\n    -   id: a\n        match: x\n\n# end\n",
        "entities: {}\nrules:\n  - {id: a, match: x}\n",
    ],
)
def test_a_rule_is_added_behind_the_last_one(small: Engine, text: str) -> None:
    made = draft("Raqqa", small)
    after = appended(text, rule_item(made), made.rule)
    assert after.startswith(text.rstrip())
    assert parse_yaml(after, "x").value["rules"] == [{"id": "a", "match": "x"}, made.rule]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "does not end with a list"),
        ("rules: []\n", "does not end with a list"),
        ("rules: [{id: a, match: x}]\n", "safely"),
        ("rules:\n  - id: a\n    match: x\nentities: {}\n", "does not end with a list"),
        ("rules:\n  - id: raqqa\n    match: x\n", "already"),
        ("rules:\n  - id: a\n   match: x\n", "has errors"),
        ("rules:\n  - id: a\n    description: |\n      text\n\n      - more\n    match: x\n...\n", "safely"),
    ],
)
def test_a_rule_is_not_added_where_that_is_not_safe(small: Engine, text: str, why: str) -> None:
    made = draft("Raqqa", small)
    with pytest.raises(DraftError, match=why):
        appended(text, rule_item(made), made.rule)


def test_small_words_are_known_in_the_languages_of_the_first_lexicon() -> None:
    assert set(languages()) == set(TEN)
    assert set(languages()) <= set(LANGUAGES)


@pytest.mark.parametrize(
    ("words", "terms"),
    [
        ("Russian strikes (air) + Raqqa [zorg]", ["zorg"]),
        ('foo "tear gas" baz', ["foo", "tear gas", "baz"]),
        ("Wagner [PMC] + Raqqa", ["Wagner", "PMC"]),
        ("foo (bar", ["foo", "bar"]),
        ("foo{bar} + Raqqa", ["foo bar"]),
        ("«foo» [bar]", ["foo", "bar"]),
        ('צה"ל + Raqqa', ['צה"ל']),
    ],
)
def test_brackets_and_quotes_bound_parts_and_only_stay_inside_words(
    small: Engine, words: str, terms: list[str]
) -> None:
    made = draft(words, small, guess=False)
    assert [item.text for item in made.items if item.kind == "term" and item.how == "plain"] == terms
    assert parse_yaml(rule_file(made), "x").value == {"rules": [made.rule]}
