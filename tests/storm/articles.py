"""Articles of the storm, by number and seed: told in ten languages, each with a token to know it by again."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import NamedTuple

TOKEN = re.compile(r"st(\d{6})x")
WORDS = 120  # of filler in an article
ALERTS = 0.2  # of all articles


class Tongue(NamedTuple):
    """A language: a charset that feeds in it use, a sentence that fires a rule and has a number in it, words that fire none."""

    charset: str
    fires: str
    words: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


TONGUES: Mapping[str, Tongue] = {
    "en": Tongue("utf-8", "Russian air strikes on Raqqa killed {n} people.", _words(
        "the minister of said that a new road in north would be open by spring and farmers there hope for better "
        "prices while schools hospitals markets trains bridges gardens libraries remain closed during long winter "
        "months officials promised water power work money homes for every family near river valley hills coast")),
    "ar": Tongue("windows-1256", "شنت طائرات روسية غارات على مدينة الرقة فجر اليوم وقتل {n} شخصا.", _words(
        "قال الوزير إن الطريق الجديد في الشمال سيفتح قبل الربيع ويأمل المزارعون هناك في أسعار أفضل بينما تبقى "
        "المدارس والمستشفيات والأسواق والقطارات والجسور والحدائق والمكتبات مغلقة خلال أشهر الشتاء الطويلة ووعد "
        "المسؤولون بالماء والكهرباء والعمل والمال والمنازل لكل أسرة قرب النهر والوادي والتلال والساحل")),
    "fr": Tongue("iso-8859-1", "Des raids russes ont visé Raqqa dans la nuit, {n} morts.", _words(
        "le ministre a dit que la nouvelle route du nord serait ouverte avant le printemps et les agriculteurs "
        "espèrent de meilleurs prix tandis que écoles hôpitaux marchés trains ponts jardins bibliothèques restent "
        "fermés pendant les longs mois de hiver les autorités ont promis eau travail argent maisons pour chaque")),
    "ru": Tongue("koi8-r", "Российская авиация нанесла удары по Ракке, погибли {n} человек.", _words(
        "министр сказал что новая дорога на севере откроется до весны и крестьяне надеются там на лучшие цены пока "
        "школы больницы рынки поезда мосты сады библиотеки остаются закрытыми долгие зимние месяцы власти обещали "
        "воду свет работу деньги дома каждой семье у реки долины холмов берега моря озера леса поля")),
    "zh": Tongue("gb18030", "俄罗斯战机空袭叙利亚拉卡, 造成 {n} 人死亡。", tuple(
        "部长说北方的新路将在春天前开放农民希望得到更好的价格而学校医院市场火车桥梁花园图书馆在漫长的冬季仍然关闭官员"
        "答应给河边每个家庭水电工作钱房子")),
    "de": Tongue("iso-8859-15", "Ein Erdbeben hat die Stadt in der Nacht {n} Mal erschüttert.", _words(
        "der Minister sagte dass die neue Straße im Norden vor dem Frühling geöffnet wird und Bauern hoffen dort auf "
        "bessere Preise während Schulen Krankenhäuser Märkte Züge Brücken Gärten Büchereien in langen Wintermonaten "
        "geschlossen bleiben Behörden versprachen Wasser Strom Arbeit Geld Häuser für jede Familie am Fluss")),
    "tr": Tongue("windows-1254", "Gece şehirde güçlü bir deprem oldu, {n} kişi öldü.", _words(
        "bakan kuzeydeki yeni yolun bahardan önce açılacağını söyledi ve çiftçiler orada daha iyi fiyatlar umuyor "
        "okullar hastaneler pazarlar trenler köprüler bahçeler kütüphaneler uzun kış aylarında kapalı kalırken "
        "yetkililer nehrin kıyısındaki her aileye su elektrik iş para ev sözü verdi vadi tepe sahil göl orman")),
    "es": Tongue("utf-8", "Un terremoto sacudió la ciudad durante la noche, {n} muertos.", _words(
        "el ministro dijo que la nueva carretera del norte se abriría antes de la primavera y los agricultores "
        "esperan allí mejores precios mientras escuelas hospitales mercados trenes puentes jardines bibliotecas "
        "siguen cerrados durante los largos meses de invierno las autoridades prometieron agua trabajo dinero")),
}  # fmt: skip


class Story(NamedTuple):
    """An article as it will be published. ``alerts``: a rule fires on it."""

    number: int
    language: str
    alerts: bool
    title: str
    text: str

    @property
    def token(self) -> str:
        """What it is known by: alone in its title, so that no two are one story by their titles."""
        return f"st{self.number:06}x"


def story(number: int, seed: int, language: str, *, alerts: bool | None = None) -> Story:
    """The article of this number; the same for the same seed."""
    chance = random.Random(f"{seed}/{number}")
    tongue = TONGUES[language]
    fires = chance.random() < ALERTS if alerts is None else alerts
    glue = "" if language == "zh" else " "
    filler = [glue.join(chance.choices(tongue.words, k=WORDS // 3)) + "." for _ in range(3)]
    if fires:
        # The number tells one story's evidence from another's: without it stories so much alike are one.
        filler.insert(1, tongue.fires.format(n=number + 2))
    title = f"st{number:06}x {glue.join(chance.choices(tongue.words, k=5))}"
    return Story(number, language, fires, title, "\n\n".join(filler))
