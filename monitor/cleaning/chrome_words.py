"""Lines that sites write around their articles, in the languages of the news. Closed lists.

All entries are compared in folded form (lower case, pointing and end punctuation dropped).
``LINES`` are whole lines. ``STARTS`` begin a line that is chrome wherever it stands. ``CREDITS``
begin a line of source, author or date at either end of an article. ``CUTS`` head lists of other
articles: what follows the end of the article below them is not its text.
"""

from __future__ import annotations

LINES = """
accessibility links|skip to content|skip to main content|skip to navigation|main navigation|navigation|menu|
search|home|log in|login|sign in|sign up|register|subscribe|my account|newsletter|newsletters|share|
share this|
share this page|share this article|share on facebook|share on twitter|share via email|tweet|print|print page|
print this page|print this article|email|send|save|copy link|link copied|listen|listen to this article|
advertisement|advertising|ad|sponsored|sponsored content|promoted|more|read more|show more|load more|
continue reading|see more|back to top|go to top|top|next|previous|close|cookie settings|accept|accept all|
reject all|comments|leave a comment|add a comment|no comments|view comments|follow us|about us|contact|
contact us|privacy|privacy policy|cookie policy|terms|terms of use|terms and conditions|terms of service|
sitemap|rss|facebook|twitter|x|whatsapp|telegram|instagram|youtube|linkedin|pinterest|reddit|email this|
font size|text size|a- a a+|image caption|getty images|logo|logo-print|photo|video|gallery|breaking news|
live|live tv|latest|latest news|trending|tags|topics|

aller au contenu|aller au contenu principal|aller au menu|rechercher|accueil|connexion|se connecter|s'abonner|
abonnez-vous|je m'abonne|partager|partager l'article|partager sur facebook|imprimer|envoyer|envoyer par email|
publicité|lire plus|lire la suite|voir plus|retour en haut|commentaires|réagir|laisser un commentaire|
mentions légales|politique de confidentialité|conditions générales|contactez-nous|qui sommes-nous|
plan du site|
écouter|écouter l'article|suivez-nous|copier le lien|tout accepter|tout refuser|fermer|suivant|précédent|
newsletters|en direct|dernières infos|taille du texte|

saltar al contenido|ir al contenido|ir al contenido principal|buscar|inicio|iniciar sesión|suscríbete|
suscribirse|suscribirme|compartir|compartir en facebook|comparte esta noticia|imprimir|enviar|
enviar por correo|publicidad|leer más|ver más|seguir leyendo|volver arriba|comentarios|comentar|
aviso legal|política de privacidad|política de cookies|términos y condiciones|contacto|quiénes somos|
mapa del sitio|escuchar|síguenos|copiar enlace|aceptar|cerrar|siguiente|anterior|últimas noticias|
en directo|en vivo|tamaño de letra|

zum inhalt springen|zum inhalt|zur navigation|zum hauptinhalt springen|suche|suchen|startseite|anmelden|
abonnieren|registrieren|teilen|artikel teilen|auf facebook teilen|drucken|artikel drucken|versenden|
per e-mail versenden|anzeige|werbung|mehr|mehr lesen|weiterlesen|mehr anzeigen|nach oben|zum seitenanfang|
kommentare|kommentieren|kommentar schreiben|impressum|datenschutz|datenschutzerklärung|agb|kontakt|über uns|
sitemap|anhören|artikel anhören|folgen sie uns|link kopieren|merken|schließen|weiter|zurück|schriftgröße|
alle akzeptieren|liveticker|eilmeldung|

içeriğe geç|içeriğe atla|ana içeriğe geç|ara|arama|anasayfa|ana sayfa|giriş|giriş yap|üye ol|abone ol|paylaş|
facebook'ta paylaş|twitter'da paylaş|yazdır|gönder|reklam|devamını oku|daha fazla|yukarı çık|başa dön|
yorumlar|yorum yap|yorum yaz|gizlilik politikası|kullanım koşulları|çerez politikası|iletişim|hakkımızda|
künye|site haritası|dinle|haberi dinle|bizi takip edin|kapat|sonraki|önceki|son dakika|canlı yayın|
yazı boyutu|etiketler|

перейти к содержанию|перейти к основному содержанию|перейти к контенту|меню|поиск|главная|войти|вход|
регистрация|подписаться|подпишитесь|поделиться|поделиться в facebook|поделитесь|распечатать|печать|
версия для печати|отправить|реклама|читать далее|читать дальше|подробнее|ещё|еще|показать ещё|наверх|
комментарии|оставить комментарий|комментировать|обсудить|политика конфиденциальности|контакты|о нас|
о проекте|карта сайта|слушать|подписывайтесь на нас|закрыть|далее|назад|размер шрифта|вконтакте|
одноклассники|дзен|последние новости|прямой эфир|новости|теги|

перейти до вмісту|перейти до основного вмісту|пошук|головна|увійти|вхід|реєстрація|підписатися|поділитися|
поділіться|роздрукувати|друк|версія для друку|надіслати|читати далі|докладніше|більше|показати більше|
вгору|коментарі|залишити коментар|політика конфіденційності|контакти|про нас|про проєкт|мапа сайту|слухати|
закрити|розмір шрифту|останні новини|наживо|новини|

انتقل إلى المحتوى|انتقل إلى المحتوى الرئيسي|تخطى إلى المحتوى|القائمة|بحث|ابحث|الرئيسية|الصفحة الرئيسية|
تسجيل الدخول|دخول|اشترك|اشتراك|شارك|مشاركة|شارك هذا|شارك على فيسبوك|شارك المقال|طباعة|اطبع|إرسال|أرسل|
إعلان|إعلانات|اقرأ المزيد|المزيد|عرض المزيد|أعلى الصفحة|العودة إلى الأعلى|تعليقات|التعليقات|أضف تعليقا|
اترك تعليقا|سياسة الخصوصية|شروط الاستخدام|اتصل بنا|من نحن|خريطة الموقع|استمع|تابعنا|تابعونا|إغلاق|التالي|
السابق|فيسبوك|تويتر|واتساب|تلغرام|حجم الخط|آخر الأخبار|البث المباشر|عاجل|نسخ الرابط|

رفتن به محتوا|پرش به محتوا|پرش به محتوای اصلی|منو|جستجو|صفحه اصلی|خانه|ورود|عضویت|ثبت نام|اشتراک|
اشتراک گذاری|به اشتراک بگذارید|هم‌رسانی|چاپ|نسخه چاپی|ارسال|تبلیغات|آگهی|ادامه مطلب|بیشتر|بیشتر بخوانید|
بازگشت به بالا|نظرات|نظر شما|ارسال نظر|تماس با ما|درباره ما|حریم خصوصی|نقشه سایت|بشنوید|بستن|بعدی|قبلی|
اندازه قلم|آخرین اخبار|پخش زنده|

跳至内容|跳到内容|跳转到内容|菜单|搜索|首页|登录|注册|订阅|分享|分享到|分享到微信|打印|打印本页|发送|广告|
阅读更多|更多|查看更多|返回顶部|回到顶部|评论|发表评论|关于我们|联系我们|隐私政策|使用条款|网站地图|关闭|
下一篇|上一篇|字号|字体大小|微信|微博|最新消息|直播|收藏|举报|纠错|跳至內容|搜尋|首頁|登入|註冊|訂閱|列印|
廣告|閱讀更多|返回頂部|評論|關於我們|聯絡我們|

vai al contenuto|salta al contenuto|cerca|accedi|abbonati|condividi|stampa|invia|pubblicità|leggi tutto|
continua a leggere|torna su|commenti|informativa sulla privacy|contatti|chi siamo|ascolta|chiudi|
ultime notizie|
pular para o conteúdo|ir para o conteúdo|entrar|assine|compartilhar|compartilhe|partilhar|publicidade|
leia mais|
saiba mais|voltar ao topo|comentários|política de privacidade|contato|quem somos|ouvir|fechar|
últimas notícias|
naar de inhoud|ga naar de inhoud|zoeken|inloggen|aanmelden|abonneer|delen|deel dit artikel|printen|
advertentie|
lees meer|lees verder|terug naar boven|reacties|reageer|privacybeleid|over ons|luister|sluiten|laatste nieuws|
przejdź do treści|szukaj|zaloguj się|subskrybuj|udostępnij|drukuj|reklama|czytaj więcej|do góry|komentarze|
kontakt|o nas|polityka prywatności|najnowsze|hoppa till innehåll|sök|logga in|dela|skriv ut|annons|läs mer|
kommentarer|om oss|senaste nytt
"""

STARTS = """
copyright|© |(c) 20|all rights reserved|tous droits réservés|todos los derechos reservados|
alle rechte vorbehalten|tüm hakları saklıdır|все права защищены|усі права захищено|всі права захищені|
جميع الحقوق محفوظة|حقوق النشر|حقوق الطبع|تمامی حقوق|کلیه حقوق|版权所有|版權所有|本网站版权|未经授权|
tutti i diritti riservati|todos os direitos reservados|alle rechten voorbehouden|wszelkie prawa zastrzeżone|
we use cookies|this site uses cookies|this website uses cookies|by continuing to use|
nous utilisons des cookies|ce site utilise des cookies|utilizamos cookies|este sitio utiliza cookies|
usamos cookies|wir verwenden cookies|diese website verwendet cookies|bu site çerez|sitemizde çerez|
сайт использует cookie|мы используем cookie|мы используем файлы cookie|сайт використовує cookie|
ми використовуємо cookie|يستخدم هذا الموقع ملفات|نستخدم ملفات تعريف الارتباط|本网站使用cookie|
sign up for|sign up to|subscribe to our|subscribe for|get our newsletter|download our app|
follow us on|join our telegram|inscrivez-vous à|abonnez-vous à|suivez-nous sur|suscríbete a|síguenos en|
abonnieren sie|folgen sie uns|bültenimize|bizi takip edin|подписывайтесь на|подпишитесь на|
читайте нас в|підписуйтесь на|підпишіться на|اشترك في|تابعونا على|تابعنا على|در تلگرام|关注我们|扫码关注|
read also:|read also |also read:|read more:|see also:|related:|more on this story|watch:|also on |
lire aussi|à lire aussi|lire également|voir aussi|lea también|lea además|le puede interesar|ver también|
lesen sie auch|mehr dazu:|mehr zum thema|lesen sie hier|ayrıca oku|bunu da oku|ilgili haber|
читайте также|читайте ещё|смотрите также|по теме:|читайте також|дивіться також|
اقرأ أيضا|اقرأ ايضا|اقرأ المزيد|شاهد أيضا|شاهد:|بیشتر بخوانید|بیشتر بدانید|همچنین بخوانید|
相关阅读|相关新闻|延伸阅读|相關閱讀|leggi anche|leia também|lees ook|czytaj także|czytaj też|läs också|
the post |if you found an error|нашли ошибку|если вы нашли|увидели ошибку|знайшли помилку
"""

CREDITS = """
source:|sources:|by |photo:|photo by|photograph:|image:|image source|image caption|picture:|photo credit|
published:|published on|published at|updated:|updated on|last updated|last modified|posted on|posted by|
written by|reporting by|additional reporting|editing by|author:|read time|reading time|min read|tags:|topics:|
filed under|categories:|category:|keywords:|
source :|sources :|par |crédit photo|crédits photo|photo :|publié le|publié à|mis à jour|modifié le|
auteur :|temps de lecture|rédaction :|avec afp|mots-clés|
fuente:|fuentes:|por |foto:|publicado el|publicado:|actualizado|autor:|redacción|tiempo de lectura|etiquetas:|
quelle:|quellen:|von |bild:|veröffentlicht|aktualisiert|stand:|autor:|autorin:|lesezeit|schlagwörter|
kaynak:|fotoğraf:|yayınlanma|yayın tarihi|güncelleme|güncellenme|haber:|editör:|yazar:|etiketler:|
источник:|источники:|автор:|фото:|опубликовано|обновлено|дата публикации|время чтения|теги:|текст:|редактор:|
джерело:|джерела:|світлина:|опубліковано|оновлено|час читання|теги:|
المصدر:|المصدر :|المصادر:|مصدر الصورة|صورة:|الصورة:|تصوير:|بقلم|كتب:|نشر في|نشرت في|تاريخ النشر|آخر تحديث|
تم التحديث|وسوم:|الكلمات المفتاحية|تحرير:|
منبع:|منابع:|عکس:|نویسنده:|تاریخ انتشار|منتشر شده|به‌روزرسانی|زمان مطالعه|کد خبر|برچسب‌ها|برچسب ها|خبرنگار:|
来源：|来源:|來源：|来源：|记者：|作者：|编辑：|責任編輯|责任编辑|图片来源|图：|图/|发布时间|更新时间|摄影：|（来源|
（责任编辑|（编辑|(责任编辑|(编辑|标签：|关键词：|
fonte:|fonti:|di redazione|pubblicato|aggiornato|fonte :|publicado em|atualizado|crédito:|
bron:|door |gepubliceerd|bijgewerkt|leestijd|źródło:|autor:|fot.|opublikowano|aktualizacja|zdjęcie:|
källa:|foto:|publicerad|uppdaterad|
"""

CUTS = """
related|related articles|related stories|related news|related topics|related content|more on this story|
more from|more stories|more news|most read|most popular|most viewed|most watched|top stories|editor's picks|
editors' picks|recommended|recommended for you|you may also like|you might also like|also in the news|
around the web|latest news|trending now|comments|leave a comment|leave a reply|elsewhere on|
sur le même sujet|articles liés|à lire aussi|lire aussi|les plus lus|les plus populaires|à la une|
nos recommandations|commentaires|vous aimerez aussi|
noticias relacionadas|artículos relacionados|te puede interesar|le puede interesar|más noticias|lo más leído|
lo más visto|más leídas|comentarios|recomendados|
mehr zum thema|das könnte sie auch interessieren|ähnliche artikel|verwandte artikel|meistgelesen|
meistgelesene artikel|weitere artikel|weitere meldungen|kommentare|empfehlungen|
ilgili haberler|benzer haberler|en çok okunanlar|çok okunanlar|diğer haberler|önerilen haberler|yorumlar|
читайте также|по теме|материалы по теме|другие новости|самое читаемое|популярное|главное|рекомендуем|
комментарии|новости по теме|похожие материалы|
читайте також|за темою|матеріали за темою|інші новини|найпопулярніше|популярне|рекомендуємо|коментарі|
اقرأ أيضا|اقرأ ايضا|مواضيع ذات صلة|أخبار ذات صلة|مقالات ذات صلة|ذات صلة|الأكثر قراءة|الأكثر مشاهدة|المزيد من|
أخبار أخرى|قد يعجبك أيضا|التعليقات|
مطالب مرتبط|اخبار مرتبط|خبرهای مرتبط|پربازدیدترین|پربیننده‌ترین|پربازدیدها|بیشتر بخوانید|نظرات|
相关新闻|相关文章|相关阅读|热门文章|热门新闻|推荐阅读|更多新闻|热点推荐|猜你喜欢|评论|相關新聞|相關文章|熱門新聞|
推薦閱讀|articoli correlati|leggi anche|i più letti|notícias relacionadas|leia também|mais lidas|
gerelateerd|lees ook|meest gelezen|powiązane|czytaj także|najczęściej czytane|läs mer|mest lästa
"""
