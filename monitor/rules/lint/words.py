"""Words that tell nothing of what an article is about: closed lists, by language.

To the grammar words that frames read by (``monitor.lexicon.grammar``) the lists here add what these
leave out. All stand as they are written; ``everyday`` folds them. News words that stand in every
second article are kept apart: alone they are too wide, with others they may serve.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from monitor.lexicon import grammar
from monitor.matching.fold import fold

_STOP: Mapping[str, str] = {
    "en": """a an the and or but not no of to in on at by for with from as is are was were be been being am
        it its he she they we you i his her their our your my me him them us this that these those there
        here who whom whose which what when where why how if then than so such also just only very can
        could will would shall should may might must do does did done have has had having into onto up
        down out over under about after before again all any both each more most other some own same too
        now per via off yet""",
    "ar": """في من على إلى الى عن مع أن إن ان هذا هذه ذلك تلك التي الذي الذين ما لا لم لن قد كان كانت يكون
        هو هي هم بعد قبل بين حتى كل أو ثم أي كما حيث منذ عند غير لكن إذا اذا ليس بل نحو خلال""",
    "fr": """le la les l un une des du de d et ou mais ni car que qui quoi dont où ce cet cette ces son sa ses
        leur leurs il elle ils elles on nous vous je tu se s ne n pas plus moins très à au aux en dans sur
        sous pour par avec sans entre vers chez est sont était ont a été être avoir fait y comme si tout
        tous toute toutes""",
    "es": """el la los las un una unos unas de del y e o u a al en con por para sin sobre entre desde hasta que
        quien cual cuyo como cuando donde si no ni más menos muy ya se su sus lo le les me te nos es son era
        fue ser está están ha han hay este esta estos estas ese esa esos pero también""",
    "ru": """и в во не на с со что как а но или по из за от до для о об при над под без между через это этот
        эта эти тот та те он она оно они мы вы я его её их же бы ли то так уже ещё только был была было были
        быть есть если когда где который которая которые также""",
    "de": """der die das den dem des ein eine einen einem einer eines und oder aber auch nicht kein keine in im
        an am auf aus bei beim mit nach von vom vor zu zum zur für über unter gegen durch ohne um bis seit
        ist sind war waren wird werden wurde wurden hat haben hatte sein als wie dass daß wenn ob er sie es
        wir ihr ich sich so man noch nur schon mehr was wer wo""",
    "tr": """ve veya ya da de ile bir bu şu o için gibi kadar sonra önce ki mi mı mu mü ne ama ancak fakat çok
        daha en hem ise olarak olan oldu var yok değil her bazı ben sen biz siz onlar""",
    "fa": """و در به از که را با برای این آن است بود شد می تا بر یک هم نیز یا اما اگر هر آنها او ما شما خود
        باید شده کرد""",
    "uk": """і й та в у не на з із зі що як а але або по за від до для про при над під без між через це цей ця
        ці той він вона воно вони ми ви я його її їх же би чи то так вже ще тільки був була було були бути є
        якщо коли де який яка які також""",
    "zh": "的 了 在 是 和 与 也 不 这 那 有 为 对 上 中 被 把 就 都 而 及 或 之 将 我 他 她 它",
    "it": """il lo la i gli le un uno una di del della dei delle a al alla da dal in nel nella con su sul per
        tra fra e ed o ma non che chi cui come quando dove se è sono era ha hanno si suo sua più anche""",
    "pt": """o a os as um uma de do da dos das e ou mas em no na nos nas com por para sem sobre entre que quem
        como quando onde se não mais muito já seu sua é são foi ser está há também ao à""",
    "nl": """de het een en of maar niet geen in op aan van voor met naar bij uit over onder tegen door om tot te
        is zijn was waren wordt werd heeft hebben had dat die dit deze hij zij ze wij ik er als ook nog""",
}
_COMMON: Mapping[str, str] = {
    "en": """said says say new people year years time day days week month today world country news government
        president minister state report reports first last one two three million""",
    "ar": "قال وقال أعلن اليوم العالم الحكومة الرئيس وزير الدولة عام سنة جديد",
    "fr": "dit selon nouveau nouvelle an ans année jour monde pays gouvernement président ministre état",
    "es": "dijo según nuevo nueva año años día mundo país gobierno presidente ministro estado",
    "ru": "сказал заявил новый год года лет день мир страна правительство президент министр",
    "de": "sagte neu neue jahr jahre tag welt land regierung präsident minister staat",
    "tr": "dedi yeni yıl gün dünya ülke hükümet başkan bakan devlet",
    "fa": "گفت جدید سال روز جهان کشور دولت رئیس وزیر",
    "uk": "сказав заявив новий рік року день світ країна уряд президент міністр",
}

AMBIGUOUS: Mapping[str, str] = {
    "georgia": "a state in the USA and a first name",
    "jordan": "a family name and a first name",
    "chad": "a first name",
    "turkey": "a bird",
    "guinea": "part of the names of other countries",
    "sudan": "part of the name of South Sudan",
    "congo": "two countries and a river",
    "korea": "two countries",
    "victoria": "a state, a city and a first name",
    "phoenix": "a city and a bird",
    "reading": "a city and what one does with books",
    "nice": "a city and a word for pleasant",
    "mobile": "a city and a telephone",
    "tripoli": "a city in Libya and one in Lebanon",
    "amazon": "a river and a company",
    "apple": "a fruit and a company",
    "orange": "a fruit and a company",
    "shell": "a company and a grenade",
    "target": "a company and an aim",
    "gap": "a company and an opening",
    "fox": "a company and an animal",
    "visa": "a company and a travel document",
    "oracle": "a company and a prophet",
    "polish": "a people's name and what makes things shine",
}
"""Names that mean more than one thing, folded, and what."""

NAMESAKES: frozenset[str] = frozenset(("georgia", "jordan", "chad", "victoria", "phoenix"))
"""Of these, those that are written alike in all meanings: an entity of the lexicon is met by them, too."""


def _everyday(language: str) -> Iterable[str]:
    """Stop words of a language, as they are written."""
    own = grammar.load(language)
    return (
        *_STOP[language].split(),
        *own.articles,
        *own.pronouns,
        *own.conjunctions,
        *own.complementizers,
        *own.prepositions.of,
        *own.prepositions.source,
    )


@cache
def everyday() -> Mapping[str, tuple[str, ...]]:
    """Folded stop words, and the languages of which each is one."""
    return _indexed({language: _everyday(language) for language in _STOP})


@cache
def common() -> Mapping[str, tuple[str, ...]]:
    """Folded words that stand in every second article, and the languages in which they do."""
    return _indexed({language: listed.split() for language, listed in _COMMON.items()})


def _indexed(listed: Mapping[str, Iterable[str]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for language, words in listed.items():
        for word in words:
            if word.isalpha():
                found.setdefault(fold(word), {})[language] = None
    return {word: tuple(languages) for word, languages in found.items()}


NAMES: Mapping[str, str] = {
    "en": "English", "ar": "Arabic", "fr": "French", "es": "Spanish", "ru": "Russian", "de": "German",
    "tr": "Turkish", "fa": "Persian", "uk": "Ukrainian", "zh": "Chinese", "it": "Italian",
    "pt": "Portuguese", "nl": "Dutch",
}  # fmt: skip
"""What these languages are called in English."""
