"""Names and descriptions of simulated rooms: ordinary ones in many scripts, and what attackers write. All is data."""

from __future__ import annotations

PLAIN: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("Privacy Talk", "A friendly place to talk about privacy, software freedom and life."),
        ("Linux & BSD", "Questions and answers for users of free operating systems."),
        ("Book Club", "We read one book a month.\n\nThis month: something short."),
        ("Gardening", "Seeds, soil and slow internet."),
        ("Science Café", "Papers, news and questions. Be curious, be kind."),
    ),
    "de": (
        ("Deutschsprachige Runde", "Gespräche über alles, höflich und auf Deutsch."),
        ("Käse & Brötchen", "Rezepte, Größe egal."),
        ("Technik-Stammtisch", "Fragen zu Netzwerken, Funk und Selbstbau."),
    ),
    "fr": (
        ("Salon français", "Discussions libres en français, dans le respect."),
        ("Logiciels libres", "Entraide autour des logiciels libres à l’école."),
    ),
    "es": (
        ("Sala en español", "Charlas, música y noticias. ¡Bienvenidos!"),
        ("Montaña y naturaleza", "Rutas, mapas y fotografías de montaña."),
    ),
    "pt": (("Comunidade Lusófona", "Conversas em português sobre tecnologia e cotidiano."),),
    "ru": (
        ("Русский чат", "Общение обо всём на русском языке."),
        ("Свободное ПО", "Обсуждаем свободные программы и приватность."),
    ),
    "uk": (("Українська спільнота", "Розмови українською про все на світі."),),
    "zh": (("中文频道", "欢迎讨论科技、隐私与生活。"), ("读书会", "每月一起读一本书。")),
    "ja": (("日本語の部屋", "雑談とプライバシーの話をしましょう。"),),
    "ko": (("한국어 방", "자유롭게 이야기하는 공간입니다."),),
    "ar": (("غرفة عربية", "نقاشات ودية حول الخصوصية والتقنية."),),
    "fa": (("گپ فارسی", "گفت‌وگو دربارهٔ حریم خصوصی و زندگی."),),
    "he": (("חדר בעברית", "שיחות על טכנולוגיה ופרטיות."),),
    "hi": (("हिन्दी चर्चा", "तकनीक और जीवन पर बातचीत।"),),
    "el": (("Ελληνική παρέα", "Συζητήσεις στα ελληνικά για όλους."),),
    "tr": (("Türkçe Sohbet", "Teknoloji ve günlük yaşam üzerine sohbet."),),
}
"""BCP 47 code → (name, description)."""

TAGS = (
    "linux",
    "privacy",
    "music",
    "news",
    "crypto",
    "art",
    "science",
    "offtopic",
    "gaming",
    "books",
    "café",
    "свобода",
)

HOSTILE: tuple[tuple[str, str], ...] = (
    ("<script>alert(1)</script>", "5 < 6 && 7 > 3 <script>alert('x')</script> &amp; &lt;"),
    ("</script><script>alert(2)</script>", "</textarea></title></style></script><svg/onload=alert(1)>"),
    ('"><img src=x onerror=alert(3)>', "' onmouseover='alert(1)' x=\"y\" `backticks` ${7*7}"),
    ("\u202egnp.exe\u202c evil", "\u202e\u2066right to left\u2069\u202c and \u200fback\u200e"),
    ("A" * 2000, "long " * 400),
    ("bell\u0007null\u0000esc\u001b[31mred", "line one\r\nline two\u2028line three\u0085\u0000\u007f"),
    ("👩‍👩‍👧‍👦🏳️‍🌈👍🏽🇩🇪", "Family 👨‍👩‍👧‍👦 flags 🇺🇦🇯🇵 keycap 1️⃣ zalgo Z̸̡͚̑a̵͇͝l̶͙̈́g̴̰͗o̷̦̾"),
    ("{{7*7}}", "{% for x in ().__class__.__base__.__subclasses__() %}{{x}}{% endfor %} {#"),
    ("=cmd()", "=cmd|' /C calc'!A0,@SUM(1+1)*cmd|' /C calc'!A0"),
    ("+1+1", '-2+3;"quoted";\ttab'),
    ("[click](javascript:alert(1))", "[a](https://example.org/) ![i](http://example.org/x.png) <http://example.org>"),
    ("javascript:alert(1)", "data:text/html,<script>alert(1)</script> http://example.org/?a=1&b=2"),
    ("%00%0d%0aSet-Cookie: a=b", "../../../../etc/passwd ..\\..\\windows %s %n {0} {name}"),
    ("]]><!--", "<!-- comment --> <![CDATA[ cdata ]]> <?xml version='1.0'?> &xxe;"),
    ("\ufeff\u200b\u200c\u200d", "\u3164\u00a0\u2003 invisible name"),
    ("Sessiοn Officiаl", "Greek o and Cyrillic a pretend to be Latin"),
)
"""(name, description) pairs that must come out as harmless text wherever they are shown."""
