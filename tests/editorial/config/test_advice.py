import pytest

from sessioncrawler.editorial.config import DirectoryError
from sessioncrawler.editorial.config.advice import advise
from tests.support.editorial_data import KEY, NOW, ROOT

SITE = '[site]\nname = "Rooms"\nurl = "https://rooms.example/"\ncontact = "a@rooms.example"\n'
WHOLE = "the whole key, which join links hold after public_key="
PIN = f'[[pin]]\nmatch = "a+{KEY}"\n'


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("", "0 servers, 0 sources, 0 languages"),
        (
            (
                f'[[servers]]\nurl = "https://a.page"\npublic_key = "{KEY}"\n[[sources]]\nurl = "https://b.page"\n'
                '[languages]\n"a+118d" = "de"\n[flags]\nen = "GB"\n[[hide]]\nmatch = "b.page"\nreason = "spam"\n'
                '[[rate]]\nmatch = "a.page"\nrating = "safe"\n[[staff]]\nmatch = "a.page"\ncount = 3\n'
                '[[project]]\nmatch = "a.page"\n[[listings]]\nid = "a"\nname = "A"\nrating = "safe"\ninclude = "*"\n'
                '[[pin]]\nmatch = "a.page"\n[[pin]]\nmatch = "c.page"\n'
            ),
            (
                "1 server, 1 source, 1 language, 1 flag, 1 hide rule, 2 pin rules, 1 rating, 1 staff count, "
                "1 project room, 1 listing"
            ),
        ),
    ],
)
def test_a_right_file_is_summed_up(text, summary):
    advice = advise(SITE + text, "d.toml", NOW)
    assert (advice.summary, advice.warnings) == (summary, ())


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (
            SITE + PIN + "until = 2026-01-21\n",
            f"line 7, pin.until: the rule for a+{KEY} was over on 2026-01-21; remove it, or name a later day",
        ),
        (
            SITE + '[[staff]]\nmatch = "a.page"\ncount = 2\nuntil = 2026-01-01\n',
            "line 8, staff.until: the rule for a.page was over on 2026-01-01; remove it, or name a later day",
        ),
        (
            SITE + PIN + PIN,
            f"line 8, pin.match: a+{KEY} has a rule above, and the first one decides; remove one of the two",
        ),
        (
            SITE + PIN + "until = 2026-03-01\n" + PIN + "since = 2026-03-01\n",
            f"line 9, pin.match: a+{KEY} has a rule above, and the first one decides; remove one of the two",
        ),
        (
            SITE + '[[hide]]\nmatch = "A+' + KEY.upper() + '"\nreason = "spam"\n' + PIN,
            f"line 9, pin.match: a+{KEY} is hidden too, and that decides; remove one of the two",
        ),
        (
            SITE.replace("https://rooms.example", "http://www.example.org:8080"),
            "line 3, site.url: expected your own, found the example www.example.org; write yours before you publish",
        ),
        (
            SITE.replace("a@rooms.example", "a@example.com"),
            "line 4, site.contact: expected your own, found the example example.com; write yours before you publish",
        ),
    ],
)
def test_what_does_nothing_is_a_warning_with_its_line(text, warning):
    assert advise(text, "d.toml", NOW).warnings == (f"d.toml, {warning}",)


@pytest.mark.parametrize(
    "text",
    [
        PIN + "since = 2026-03-01\n",
        PIN + "until = 2026-03-01\n" + PIN + "since = 2026-03-02\n",
        PIN + "since = 2026-03-02\n" + PIN + "until = 2026-03-01\n",
        PIN + '[[hide]]\nmatch = "a+' + KEY + '"\nreason = "spam"\nsince = 2026-03-01\n',
        PIN + "since = 2026-03-01\n" + '[[hide]]\nmatch = "a+118d"\nreason = "spam"\n',
    ],
)
def test_rules_of_different_days_are_fine(text):
    assert advise(SITE + text, "d.toml", NOW).warnings == ()


def test_mistakes_are_raised():
    with pytest.raises(DirectoryError, match=r"d\.toml, line 5, site\.x"):
        advise(SITE + "x = 1\n", "d.toml", NOW)


def test_the_project_s_own_directory_only_lacks_its_owner():
    advice = advise((ROOT / "directory.toml").read_text(encoding="utf-8"), "directory.toml", NOW)
    assert (
        advice.summary == "2 servers, 2 sources, 151 languages, 2 flags, 1 hide rule, 1 pin rule, 2 listings, 19 topics"
    )
    assert all("found the example example.org" in warning for warning in advice.warnings)


@pytest.mark.parametrize(
    ("text", "place", "short", "mend"),
    [
        ('[[pin]]\nmatch = "a+118d"\n', "pin.match: a+118d", "4 digits", f'"a+{KEY}"'),
        ('[[pin]]\nmatch = "a+fe93"\n', "pin.match: a+fe93", "4 digits", f"a+ and {WHOLE} (or 16 digits of it)"),
        ('[[project]]\nmatch = "118d818a"\n', "project.match: 118d818a", "a server id", f'"{KEY}"'),
        ('[[staff]]\nmatch = "fe930000"\ncount = 2\n', "staff.match: fe930000", "a server id", f"{WHOLE}, or its host"),
        ('[[rate]]\nmatch = "a+118df8"\nrating = "safe"\n', "rate.match: a+118df8", "6 digits", f'"a+{KEY}"'),
        ('[icons]\nallow = ["a+118d"]\n', "icons.allow: a+118d", "4 digits", f'"a+{KEY}"'),
    ],
)  # fmt: skip
def test_a_pattern_that_is_too_short_to_count_is_told_with_the_whole_key(text, place, short, mend):
    servers = f'[[servers]]\nurl = "http://sog.caliban.org"\npublic_key = "{KEY}"\n'
    told = (
        f"d.toml, line 9, {place} does not count here, because anybody can make a key that fits {short}; write {mend}"
    )
    assert advise(SITE + servers + text, "d.toml", NOW).warnings == (told,)


@pytest.mark.parametrize(
    "text",
    [
        f'[[pin]]\nmatch = "a+{KEY[:16]}"\n[[staff]]\nmatch = "{KEY}"\ncount = 2\n[[project]]\nmatch = "a.page"\n',
        '[[hide]]\nmatch = "a+118d"\nreason = "spam"\n[[rate]]\nmatch = "118d818a"\nrating = "nsfw"\n',
        '[icons]\nblock = ["a+118d"]\n[languages]\n"a+118d" = "de"\n',
        '[[listings]]\nid = "a"\nname = "A"\nrating = "safe"\ninclude = ["a+118d"]\n',
    ],
)
def test_what_warns_or_tells_may_be_short(text):
    assert advise(SITE + text, "d.toml", NOW).warnings == ()
