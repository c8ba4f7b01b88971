"""Words and letters that tell languages of one script apart. Closed lists, for short texts.

Function words first, then the words headlines are made of. A word that several languages list counts
for each of them in part. All in lower case, without marks of pointing (Arabic, Hebrew).
"""

from __future__ import annotations

WORDS: dict[str, str] = {
    "en": """the of and to in on for with at by from as is are was were be been has have had will would
        after before over under into against amid during between without about than that this these
        those it its his her their they he she we you not no who what when where why how new says said
        say tells told us uk pm kills killed kill dies dead death deaths hit hits struck strike strikes
        attack attacks bomb bombs bombed bombing jets warns warned calls call urges vows seeks faces
        holds talks could may might must should out off up down more most first last least year years
        day days week people man woman police court government minister president leader leaders war
        peace deal vote election elections crash fire flood floods storm earthquake quake rises rise
        falls fall cuts cut ends end begins starts opens open wins win loses lost plan plans
        plot ahead near here there an or but if so all two three million billion city town state
        report reports raid raids troops army soldiers rebels border hostages protest protests protesters
        trial found rates rate inflation growth bank oil gas prices price market shares rally gathered
        sanctions ceasefire school children women missing rescue rescued rain weather health
        study economy workers drill embassy draw draws criticism extended now clue again goes going get
        gets got make makes made back through visit visiting visits moves""",
    "fr": """le la les des du de un une et à au aux en dans sur pour par avec sans sous entre après avant
        contre chez est sont était ont été être a ce cette ces qui que quoi dont où ne pas plus moins
        il elle ils elles son sa ses leur leurs nous vous on se mais ou donc selon vers depuis pendant
        malgré face jusqu lors l d s n c qu tue tués mort morts blessés frappes frappe attentat
        attaque attaques guerre paix accord élection élections président présidente ministre premier
        gouvernement police justice procès ville pays ans jours millions milliards russes russe
        américains américain visent visé raids incendie inondations séisme tempête grève
        manifestation manifestants appelle annonce dénonce accuse menace veut répond hausse baisse prix
        nouveau nouvelle nouvelles otages libérés enquête affaire condamné tête fin""",
    "es": """el la los las de del un una unos y e o a al en con por para sin sobre entre tras desde hasta
        contra ante bajo según es son era fue fueron ser está están ha han había se su sus lo le les que
        qué quien cuando como más menos pero no ni ya muy también hoy ayer año años días muertos
        muere mueren mata matan deja dejan heridos ataque ataques bombardeo bombardean guerra paz
        acuerdo elecciones presidente ministro gobierno policía justicia juicio ciudad país millones
        rusos rusa ruso estados unidos nuevo nueva incendio inundaciones terremoto huelga protesta
        protestas anuncia pide denuncia acusa amenaza advierte sube suben baja precios crisis rehenes
        liberados investigación víctimas dice afirma gana pierde""",
    "de": """der die das den dem des ein eine einen einem einer eines und oder aber in im an am auf aus
        bei beim mit nach von vom vor zu zum zur für über unter gegen durch ohne um bis seit wegen
        zwischen ist sind war waren wird werden wurde wurden hat haben hatte sein nicht kein keine
        auch noch mehr als wie dass sich er sie es wir ihr ihre seine was wer wo wann nur schon
        neue neuer neues tote toten tot verletzte angriff angriffe luftangriffe luftangriffen krieg
        frieden wahl wahlen präsident präsidentin minister regierung polizei gericht stadt land jahre
        jahren millionen milliarden russische russischen russland warnt fordert kündigt droht
        will soll muss kann steigt steigen sinkt sinken preise brand erdbeben hochwasser sturm streik
        protest proteste demonstration geiseln freigelassen ermittlungen starben stirbt sagt sagte""",
    "tr": """ve ile bir bu şu o da de mi mı için gibi kadar sonra önce karşı göre ise ama ancak çok daha
        en yeni var yok oldu olarak olan olacak etti edildi ediyor yaptı yapıldı dedi açıkladı
        başladı öldü ölü yaralı saldırı saldırısı saldırıda savaş barış anlaşma seçim seçimleri
        cumhurbaşkanı başkanı bakanı başbakan hükümet polis mahkeme kent kenti ülke yıl gün bin milyon
        milyar rus vurdu vuruldu bombaladı uçakları uçak deprem yangın sel fırtına grev protesto
        eylem tepki çağrı uyarı tehdit yükseldi düştü arttı fiyatları enflasyon gözaltı gözaltına
        alındı tutuklandı operasyon kişi hayatını kaybetti iki üç devlet""",
    "it": """il lo la i gli le un uno una di del della dei delle dello degli da dal dalla dai in nel nella
        nei nelle a al alla ai alle con su sul sulla per tra fra e ed o ma non più meno che chi cui
        come quando dove è sono era erano ha hanno stato stata essere si suo sua loro dopo prima
        contro senza sotto secondo ancora anche oggi ieri anno anni giorni morti morto uccisi
        uccide feriti attacco attacchi raid bombe guerra pace accordo elezioni presidente ministro
        governo polizia giustizia processo città paese milioni miliardi russi russo nuovo nuova
        incendio alluvione terremoto sciopero protesta annuncia chiede accusa minaccia avverte sale
        scende prezzi crisi ostaggi liberati inchiesta vittime dice vince""",
    "pt": """o os as um uma de do da dos das no na nos nas em ao aos à às por pelo pela pelos pelas
        para com sem sobre entre até após desde contra sob segundo e ou mas não mais menos que quem
        como quando onde é são era foi foram ser está estão há tem têm se seu sua seus suas já também
        hoje ontem ano anos dias mortos morre morrem mata matam deixa feridos ataque ataques
        bombardeio bombardeiam guerra paz acordo eleições presidente ministro governo polícia justiça
        julgamento cidade país milhões bilhões russos russo russa novo nova incêndio enchente
        terremoto greve protesto protestos anuncia pede denuncia acusa ameaça alerta diz sobe sobem cai
        preços crise reféns libertados investigação vítimas vence""",
    "nl": """de het een en of van in op aan bij met naar voor door om uit over onder tegen tussen na sinds
        zonder te tot is zijn was waren wordt worden werd werden heeft hebben had niet geen ook nog
        meer dan als dat die deze dit er hij zij ze we wij hun haar wie wat waar wanneer maar al wel
        nieuwe nieuw doden dood gewonden aanval aanvallen luchtaanval luchtaanvallen oorlog vrede
        akkoord verkiezingen president minister kabinet regering politie rechter rechtbank stad land
        jaar jaren miljoen miljard russische waarschuwt eist wil moet kan stijgt stijgen daalt dalen
        prijzen brand aardbeving overstroming storm staking protest gijzelaars vrijgelaten onderzoek
        zegt wint""",
    "pl": """w we z ze na do od po za pod nad przed przez dla o u i a oraz ale nie się jest są był była było
        będzie to ten ta te tym tego jak że co kto gdzie już jeszcze także tylko po nowy nowa nowe
        rosyjskie rosyjski wojna pokój rząd prezydent premier policja sąd wybory miasto lat dni
        mln mld zabitych rannych atak ataki ofiar pożar powódź trzęsienie strajk ceny""",
    "sv": """och i på av för med till från om mot efter under över vid inte är var har hade kan ska skall
        vill blir blev det den de en ett som att men eller när där nya ny nytt döda skadade attack krig
        fred regeringen polisen val valet ryska säger enligt år miljoner""",
    "da": """og i på af for med til fra om mod efter under over ved ikke er var har havde kan skal vil
        bliver blev det den de en et som at men eller når hvor nye ny nyt døde dræbt sårede angreb krig
        fred regeringen politiet valg russiske siger ifølge år millioner""",
    "no": """og i på av for med til fra om mot etter under over ved ikke er var har hadde kan skal vil blir
        ble det den de en et som at men eller når hvor nye ny nytt døde drept skadde angrep krig fred
        regjeringen politiet valg valget russiske sier ifølge år millioner""",
    "fi": """ja on ei oli ovat että mutta tai kun jos niin myös vain jo vielä uusi uudet kuoli kuollut
        hallitus presidentti poliisi sota rauha venäjän ukrainan yli ennen jälkeen vuoden miljoonaa
        kertoo sanoo mukaan""",
    "ro": """și în la de din pe cu pentru prin după către fără sub între este sunt a fost au o un unei unui
        ale al ai cel cea mai nu că care ce cum când dar sau război pace guvernul președintele premierul
        poliția morți răniți atac atacuri alegeri ruși milioane""",
    "cs": """v ve na do z ze s se k ke o od po za pod nad před přes pro při a i ale nebo není je jsou byl
        byla bylo bude to ten ta jak že co kdo kde už také jen nový nová nové válka mír vláda prezident
        premiér policie soud volby město let mrtvých zraněných útok útoky ruské""",
    "hu": """a az és egy nem is hogy de vagy van volt lesz meg már még csak után előtt szerint ellen alatt
        között új orosz háború béke kormány elnök miniszter rendőrség halott sebesült támadás
        választás millió ezer""",
    "id": """dan di ke dari yang untuk dengan pada dalam oleh ini itu akan tidak telah sudah adalah atau
        sebagai karena setelah sebelum para warga tewas korban serangan perang pemerintah presiden
        menteri polisi kota gempa banjir kebakaran""",
    "ms": """dan di ke dari yang untuk dengan pada dalam oleh ini itu akan tidak telah sudah adalah atau
        selepas sebelum kerajaan perdana menteri polis maut mangsa serangan perang bandar banjir""",
    "vi": """và của là có không cho trong với các những được tại từ đến về một này đã sẽ bị người khi sau
        trước tổng thống nga mỹ""",
    "hr": """i u na za od do s sa iz po o se je su bio bila bilo će ne da što kako koji koja koje nakon
        prije protiv vlada predsjednik policija rat napad napadi izbori ruski tisuća""",
    "sk": """v vo na do z zo s so k ku o od po za pod nad pred pre pri a aj ale alebo nie je sú bol bola bolo
        bude to ten tá ako že čo kto kde už tiež len vojna mier vláda prezident premiér polícia súd
        voľby mesto rokov mŕtvych zranených útok útoky ruské""",
    "ca": """el la els les de del dels un una i o a al als en amb per sense sobre entre després és són era ha
        han no més que però guerra pau govern presidenta policia morts ferits atac eleccions""",
    "ku": """û li ji bi di de bo ku ya yê yên ê ne jî wê wî kurd kurdistan piştî dijî şer""",
    "az": """və ilə bir bu üçün sonra əvvəl qarşı görə amma çox daha ən yeni deyib olub edib edilib
        prezident nazir hücum müharibə ölkə rusiya""",
    "ru": """в на и с по о от из за к у не что как это для при до об после против под над между был была
        были есть его её их он она они мы вы но или уже ещё будет сша россия россии заявил заявила
        сообщил война войны удары удар авиация погибли президент""",
    "uk": """в у на і й та з із зі по про від за до не що як це для при під після проти над між був була були
        є його її їх він вона вони ми ви але або вже ще буде сша росія росії заявив заявила повідомив
        війна війни удари удар загинули президент україні україни рада ухвалила уряд росіяни""",
    "bg": """в на и с със по за от из към у не че как това при до след срещу под над между беше бяха е са се
        ще му й им той тя те ние вие но или вече още има няма сащ русия заяви съобщи война удари загинаха
        президентът правителството руски самолети южна обяви във върху който които""",
    "sr": """у на и с са по о од из за к не што како то је су био била било ће се након после пре против под
        над између али или већ још русија русије изјавио рат напад авиони јужној председник влада""",
    "mk": """во на и со по за од кон не што како тоа при до по против под над меѓу беше се ќе но или веќе
        уште русија изјави војна претседателот владата""",
    "be": """у на і з па пра ад за да не што як гэта для пры пасля супраць пад над быў была былі ёсць яго яе
        але ці ўжо яшчэ будзе расія заявіў вайна""",
    "ar": """في من على إلى الى عن مع أن ان إن كان كانت هذا هذه التي الذي لا ما لم قد بعد قبل بين حول ضد خلال
        عند منذ حتى ثم أو او كل قال وقال أعلن أعلنت غارات قتيل قتلى رئيس وزير الرئيس""",
    "fa": """در از به که را با این آن است بود شد شده می برای تا بر هم نیز یا اما اگر پس پیش علیه درباره
        میان روی خود باید نمی کرد کردند گفت داد ایران آمریکا روسیه رئیس جمهور وزیر جنگ حمله حملات
        کشته زخمی شدند کشور یک دو ها های سوریه جمهوری هوایی دولت مردم""",
    "ur": """کے کی کا میں سے نے کو پر ہے ہیں تھا تھی تھے اور یہ وہ کہ نہیں بھی تو ایک لیے گیا گئی گئے ہو
        ہوا کر دیا بعد پاکستان بھارت""",
    "ps": """د په کې کي ته او له چې چی دی دي ده سره نه يې یې شوي شوی وو کړي افغانستان""",
    "ku-arab": """لە بە بۆ و کە ئەو ئەم دەکات کرد بوو نییە هەر لەگەڵ کوردستان""",
    "hi": """के की का में से ने को पर है हैं था थी थे और यह वह कि नहीं भी एक लिए गया हो कर दिया बाद""",
    "mr": """च्या आणि आहे आहेत नाही हे ही हा या ते तर मध्ये केली केला झाला झाली""",
    "ne": """को मा ले र छ छन् हो पनि गरेको भएको गर्न नेपाल लाई बाट""",
}

# Endings of words of six letters and more.
ENDINGS: dict[str, str] = {
    "de": "ung ungen keit heit schaft ieren iert isch ische ischen ischer lich liche brik",
    "nl": "eren eert heid ingen isch ische lijk lijke tie ties ij ijk teit",
    "fr": "eur eurs euse eux tion tions ment ments aise aises ière ières",
    "es": "ción ciones dad dades miento ando iendo aron ieron ados idos adas idas",
    "it": "zione zioni mento menti ità ando endo ono anno tori",
    "pt": "ção ções dade mento ando endo aram eram ão ões",
    "tr": "ları leri ında inde daki deki ıyor iyor uyor mış miş lar ler lık lik ması mesi",
    "ru": "ого ому ется ится ость ости ый ий ая ые ие ский ского ской ировал ировали ли ла ло ял ал ть",
    "uk": "ого ому ться ість ості ий ння нню ський ської ували ував ила или ти ців",
    "bg": "ите ата ето ят ха аха иха яха ски ска ко",
    "sr": "ују ију ају иће овали овао овала ског ске ој у",
    "en": "ing ness ship tion tions ted ned",
}

# Letters that one language of its script has, or nearly so. Weight in natural logarithms a letter.
LETTERS: dict[str, tuple[tuple[str, float], ...]] = {
    "ñ¿¡": (("es", 3.0),),
    "ß": (("de", 4.0),),
    "äöü": (("de", 0.8), ("sv", 0.3), ("fi", 0.3), ("tr", 0.2), ("hu", 0.2)),
    "ãõ": (("pt", 3.0),),
    "œùûêè": (("fr", 1.2), ("it", 0.3), ("pt", 0.2)),
    "à": (("fr", 0.9), ("it", 0.9), ("pt", 0.5), ("ca", 0.5)),
    "ìò": (("it", 1.5), ("ca", 0.3)),
    "ç": (("fr", 0.5), ("pt", 0.9), ("tr", 0.7), ("az", 0.4)),
    "ğı": (("tr", 2.0), ("az", 1.0)),
    "ş": (("tr", 1.2), ("ro", 0.4), ("az", 0.8), ("ku", 0.6)),
    "ə": (("az", 5.0),),
    "łżźśćńąę": (("pl", 2.5),),
    "ěřů": (("cs", 3.0),),
    "ľĺŕ": (("sk", 3.0),),
    "őű": (("hu", 3.0),),
    "țșă": (("ro", 2.5),),
    "å": (("sv", 1.0), ("da", 1.0), ("no", 1.0), ("fi", 0.2)),
    "øæ": (("da", 1.6), ("no", 1.6)),
    "đ": (("vi", 1.5), ("hr", 1.0)),
    "ơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ": (("vi", 4.0),),
    "áíóú": (("es", 0.5), ("pt", 0.4), ("cs", 0.3), ("hu", 0.3), ("sk", 0.3), ("vi", 0.2)),
    "é": (("fr", 0.7), ("es", 0.4), ("pt", 0.4), ("hu", 0.3), ("cs", 0.2), ("it", 0.2)),
    "ыэ": (("ru", 2.5), ("be", 2.0), ("kk", 0.5), ("ky", 0.5), ("mn", 0.5)),
    "ё": (("ru", 1.0), ("be", 1.0)),
    "іїє": (("uk", 3.0), ("be", 0.8), ("kk", 0.5)),
    "ґ": (("uk", 4.0),),
    "ў": (("be", 5.0), ("uz", 1.0)),
    "ј": (("sr", 3.0), ("mk", 3.0)),
    "љњџ": (("sr", 2.0), ("mk", 1.5)),
    "ђћ": (("sr", 4.0),),
    "ѓќѕ": (("mk", 4.0),),
    "әғұһ": (("kk", 4.0),),
    "қ": (("kk", 2.5), ("tg", 2.0), ("uz", 1.5)),
    "ң": (("kk", 2.0), ("ky", 2.0)),
    "ө": (("mn", 1.5), ("ky", 1.5), ("kk", 1.0)),
    "ү": (("mn", 1.5), ("ky", 1.5), ("kk", 1.0)),
    "ҳҷӯӣ": (("tg", 4.0),),
    "پچگ": (("fa", 2.0), ("ur", 1.5), ("ps", 0.8), ("ku", 1.0)),
    "ژ": (("fa", 2.5), ("ps", 1.5), ("ku", 1.5)),
    "یک": (("fa", 1.5), ("ur", 1.4), ("ku", 1.0), ("ps", 0.5)),
    "يكةىإأ": (("ar", 1.5),),
    "ٹڈڑںےہھ": (("ur", 4.0),),
    "ټډړښږېۍڼځڅ": (("ps", 4.0),),
    "ڕڵێۆە": (("ku", 4.0),),
}

# What news in a script is mostly written in, as log priors; what is not named has -3.
PRIORS: dict[str, float] = {
    "en": 0.6, "fr": 0.0, "es": 0.0, "de": 0.0, "ru": 0.4, "ar": 0.5, "pt": -0.2, "it": -0.2, "tr": -0.2,
    "zh": 0.0, "fa": 0.0, "uk": 0.0, "nl": -0.6, "pl": -0.6, "sv": -1.0, "da": -1.3, "no": -1.3,
    "fi": -1.3, "ro": -1.0, "cs": -1.0, "hu": -1.0, "id": -0.8, "vi": -0.8, "bg": -0.6, "sr": -1.2,
    "hi": 0.0, "ur": -0.5, "ps": -1.0, "ku": -1.8, "ms": -1.5, "hr": -1.5, "sk": -1.5, "az": -1.3,
    "kk": -1.5, "ca": -1.8, "sl": -2.0, "lt": -1.5, "lv": -1.5, "et": -1.5, "sq": -1.5, "sw": -1.5,
    "so": -2.0, "mk": -1.8, "be": -1.8, "mr": -1.0, "ne": -1.0, "tg": -2.5, "ky": -2.5, "mn": -2.0,
}  # fmt: skip
