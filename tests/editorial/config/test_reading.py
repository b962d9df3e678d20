import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.editorial.config import (
    Collection,
    CollectionRating,
    Directory,
    DirectoryError,
    RatedRooms,
    Rating,
    Rule,
    Site,
    StaffCount,
    load_directory,
    parse_directory,
)
from sessioncrawler.editorial.config.problems import locate
from sessioncrawler.editorial.config.reading import MAX_FILE
from sessioncrawler.editorial.match import Pattern
from sessioncrawler.model import Address
from tests.support.editorial_data import KEY, NOW, ROOT

SITE = '[site]\nname = "Rooms"\nurl = "https://example.org/rooms"\ncontact = "a@example.org"\n'
SERVER = f'[[servers]]\nurl = "https://Open.example:8443/"\npublic_key = "{KEY.upper()}"\n'


def mistakes(text: str) -> list[str]:
    with pytest.raises(DirectoryError) as caught:
        parse_directory(text, "d.toml")
    return str(caught.value).split("\n")


def test_the_project_s_own_directory_is_right():
    directory = load_directory(ROOT / "directory.toml")
    assert [str(server.address) for server in directory.servers] == [
        "https://open.getsession.org",
        "http://13.233.251.36:8081",
    ]
    assert [source.url for source in directory.sources] == [
        "https://simplifiedprivacy.com/techgroups",
        "https://euroexit.net",
    ]
    assert [server.official for server in directory.servers] == [True, False]
    assert directory.official_keys == {"a03c383cf63c3c4efe67acc52112a6dd734b3a946b9545f488aaa93da7991238"}
    assert [str(rule.pattern) for rule in directory.hide] == ["test+118d"]
    assert directory.languages["deutsch+118d"] == "de"


def test_the_least_directory_has_a_site_and_nothing_else():
    assert parse_directory(SITE, "d.toml") == Directory(Site("Rooms", "https://example.org/rooms/", "a@example.org"))


def test_everything_is_read():
    directory = parse_directory(
        SITE + 'description = "d"\nabout = "a"\ndefault_language = "pt-br"\nsource_code = "https://example.org/s"\n'
        '[[sources]]\nurl = "https://example.org/groups"\n'
        + SERVER
        + 'official = true\n[languages]\n"Deutsch+118D" = "pt-br"\n[flags]\nEN = "gb"\nar = "🇸🇦"\n'
        '[[hide]]\nmatch = "a+118d"\nreason = "spam"\nsince = 2026-01-01\nuntil = 2026-02-01\n'
        '[[rate]]\nmatch = "a+118d"\nrating = "nsfw"\nreason = "pictures"\n'
        '[[staff]]\nmatch = "a+118d"\ncount = 4\nuntil = 2026-02-01\n[[project]]\nmatch = "a+118d"\n'
        '[[listings]]\nid = "all"\nname = "All"\nrating = "unsafe"\ninclude = "*"\nexclude = ["b.example"]\n'
        '[[listings]]\nid = "some-1"\nname = "Some"\nrating = "safe"\ninclude = ["a.example"]\n'
        '[[pin]]\nmatch = "118d818a"\n[icons]\nallow = ["a.example"]\nblock = ["b.example:81"]\n',
        "d.toml",
    )
    assert directory.site == Site(
        "Rooms", "https://example.org/rooms/", "a@example.org", "d", "a", "https://example.org/s", "pt-BR"
    )
    assert directory.sources[0].url == "https://example.org/groups"
    (server,) = directory.servers
    assert (server.address, server.public_key, server.official) == (Address("https", "open.example", 8443), KEY, True)
    assert directory.languages == {"deutsch+118d": "pt-BR"}
    assert directory.flags == {"en": "🇬🇧", "ar": "🇸🇦"}
    assert directory.hide == (Rule(Pattern.parse("a+118d"), "spam", date(2026, 1, 1), date(2026, 2, 1)),)
    assert directory.pin == (Rule(Pattern.parse("118d818a")),)
    named = Pattern.parse("a+118d")
    assert directory.rate == (RatedRooms(Rule(named, "pictures"), Rating.NSFW),)
    assert directory.staff == (StaffCount(Rule(named, until=date(2026, 2, 1)), 4),)
    assert directory.project == (Rule(named),)
    assert directory.listings == (
        Collection("all", "All", CollectionRating.UNSAFE, everything=True, exclude=(Pattern.parse("b.example"),)),
        Collection("some-1", "Some", CollectionRating.SAFE, include=(Pattern.parse("a.example"),)),
    )
    assert (directory.icons.allow, directory.icons.block) == (
        (Pattern.parse("a.example"),),
        (Pattern.parse("b.example:81"),),
    )


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [
        (None, None, True),
        (date(2026, 1, 22), date(2026, 1, 22), True),
        (date(2026, 1, 23), None, False),
        (None, date(2026, 1, 21), False),
    ],
)
def test_a_rule_holds_from_since_through_until(since, until, holds):
    assert Rule(Pattern.parse("a.example"), "", since, until).in_force(NOW) is holds


@pytest.mark.parametrize(
    ("text", "line", "key", "words"),
    [
        ('[site]\nname = "x"\nurl = "https://a.example"\n', 1, "site.contact", "add contact = "),
        (SITE + 'naem = "x"\n', 5, "site.naem", "did you mean name?"),
        (SITE + 'zzz = "x"\n', 5, "site.zzz", "remove it"),
        (SITE + "[lanugages]\n", 5, "lanugages", "did you mean languages?"),
        (SITE + "about = 3\n", 5, "site.about", "expected a text, found 3"),
        (SITE + f'about = "{"x" * 5001}"\n', 5, "site.about", "shorten it"),
        (SITE + f'description = "{"x" * 501}"\n', 5, "site.description", "at most 500 characters"),
        (SITE + "[[staff]]\ncount = true\n", 6, "staff.count", "found true"),
        (SITE + "[[staff]]\ncount = 1001\n", 6, "staff.count", "found 1001"),
        (SITE + f"[[staff]]\ncount = 0x{'f' * 5000}\n", 6, "staff.count", "found something very large"),
        (SITE + '"a\\nb" = 1\n', 5, r"site.'a\nb'", "remove it"),
        (SITE + f"a{'.a' * 3000} = 1\n", 5, "site.a", "remove it"),
        (SITE.replace("https:", "ftp:"), 3, "site.url", "expected an absolute http or https URL"),
        (SITE.replace("/rooms", "/?a=1"), 3, "site.url", "leave out everything from ? or # on"),
        (SITE + '[[sources]]\nurl = "https://u:p@a.example"\n', 6, "sources.url", "https://example.org/page"),
        (SITE + '[[sources]]\nurl = "https://a.example:0"\n', 6, "sources.url", "https://example.org/page"),
        (SITE + 2 * '[[sources]]\nurl = "https://a.example"\n', 8, "sources.url", "found https://a.example again"),
        (SITE + SERVER + SERVER, 9, "servers.url", "remove one of the two"),
        (SITE + SERVER.replace("8443/", "8443/room"), 6, "servers.url", "leave out the token"),
        (SITE + SERVER.replace(KEY.upper(), "a03c"), 7, "servers.public_key", "64 hex digits, found 'a03c'"),
        (SITE + SERVER + 'official = "yes"\n', 8, "servers.official", "expected true or false, found 'yes'"),
        (SITE + '[languages]\n"a+118d" = "xx"\n', 6, "languages.a+118d", "no language that CLDR knows"),
        (SITE + '[languages]\n"a+118d" = "dee"\n', 6, "languages.a+118d", "did you mean ee or de"),
        (SITE + '[languages]\n"a+118d" = "de-DE-1996"\n', 6, "languages.a+118d", "leave the rest out"),
        (SITE + '[languages]\n"a+118d" = "zh-Abcd"\n', 6, "languages.a+118d", "no script"),
        (SITE + '[languages]\n"a+118d" = "de-QX"\n', 6, "languages.a+118d", "no territory"),
        (SITE + '[languages]\n"a+118d" = "d_e"\n', 6, "languages.a+118d", "has not the form"),
        (SITE + '[languages]\n"a+118" = "de"\n', 6, "languages.a+118", "4 or more digits"),
        (SITE + '[languages]\n"a+118d" = "de"\n"A+118d" = "de"\n', 7, "languages.A+118d", "a+118d again"),
        (SITE + '[flags]\nen = "QX"\n', 6, "flags.en", "two-letter territory"),
        (SITE + '[flags]\nen = "001"\n', 6, "flags.en", "expected a flag, found '001'"),
        (SITE + '[flags]\nxx = "GB"\n', 6, "flags.xx", "expected a BCP 47 language code as the key"),
        (SITE + '[[hide]]\nmatch = "a.example"\n', 5, "hide.reason", "add reason = "),
        (SITE + '[[hide]]\nmatch = "a/b"\nreason = "x"\n', 6, "hide.match", "a room, a server or a host"),
        (SITE + '[[pin]]\nmatch = "a.b"\nsince = "2026"\n', 7, "pin.since", "expected a date, found '2026'"),
        (SITE + '[[pin]]\nmatch = "a.b"\nsince = 2026-01-01T00:00:00\n', 7, "pin.since", "without a time"),
        (
            SITE + '[[pin]]\nmatch = "a.b"\nsince = 2026-01-02\nuntil = 2026-01-01\n',
            8,
            "pin.until",
            "expected a day not before since (2026-01-02), found 2026-01-01",
        ),
        (SITE + '[icons]\nallow = "a.b"\n', 6, "icons.allow", "expected an array"),
        (SITE + '[icons]\nallow = [\n"a.b",\n"x y"]\n', 6, "icons.allow", "in place of 'x y'"),
        (SITE + '[icons]\nallow = ["a.b"]\nblock = ["A.b"]\n', 7, "icons.block", "a.b in both"),
        ("site = 3\n", 1, "site", "write [site] on a line of its own"),
        (SITE + "[hide]\n", 5, "hide", "write [[hide]]"),
        (SITE + "[[hide]]\n[hide.extra]\n", 5, "hide.match", "add match"),
    ],
)
def test_a_mistake_is_named_with_line_key_and_mend(text, line, key, words):
    found = [mistake for mistake in mistakes(text) if words in mistake]
    assert found
    assert found[0].startswith(f"d.toml, line {line}, {key}: expected ")


def test_an_empty_file_lacks_its_site():
    assert [line.split(":")[0] for line in mistakes("")] == [
        "d.toml, line 1, site.name",
        "d.toml, line 1, site.url",
        "d.toml, line 1, site.contact",
    ]


def test_all_mistakes_are_reported_in_the_order_of_their_lines():
    found = mistakes('[icons]\nblock = 1\n[[servers]]\nurl = "x"\n[site]\nname = ""\nurl = "x"\ncontact = "c"\n')
    assert [int(line.split()[2].strip(",")) for line in found] == [2, 3, 4, 6, 7]


@pytest.mark.parametrize(
    ("text", "line"),
    [("a = 1\nb = = 2\n", 2), ("a = [1,\n", 2), ("a = 1\na = 2\n", 2), ('a = "x\n', 1)],
)
def test_a_mistake_in_the_syntax_is_named_with_its_line(text, line):
    (mistake,) = mistakes(text)
    assert mistake.startswith(f"d.toml, line {line}: expected TOML")


@pytest.mark.parametrize("text", ["a = " + "[" * 5000 + "]" * 5000, "a = " + "1" * 5000])
def test_what_python_itself_cannot_read_is_a_sentence_too(text):
    (mistake,) = mistakes(text)
    assert mistake.startswith("d.toml: expected TOML")


def expected_sentences() -> dict[int, list[str]]:
    """Line of mistakes.toml → what the sentence about it holds."""
    lines = (Path(__file__).parent / "mistakes.toml").read_text(encoding="utf-8").splitlines()
    marked = {number: line.partition("#!") for number, line in enumerate(lines, start=1) if number > 1}
    return {number: parts[2].strip().split("; ") for number, parts in marked.items() if parts[1]}


def test_a_file_with_every_kind_of_mistake_gives_a_sentence_for_each():
    with pytest.raises(DirectoryError) as caught:
        load_directory(Path(__file__).parent / "mistakes.toml")
    sentences = str(caught.value).split("\n")
    by_line = {int(re.search(r", line (\d+), ", sentence)[1]): sentence for sentence in sentences}
    expected = expected_sentences()
    assert len(expected) >= 30
    assert list(by_line) == list(expected)
    assert len(sentences) == len(expected)
    for line, words in expected.items():
        assert re.search(rf"mistakes\.toml, line {line}, \S[^:]*: expected .*, found .*; .", by_line[line])
        assert [word for word in words if word not in by_line[line]] == []


def test_a_mark_at_the_beginning_of_the_file_is_no_mistake(tmp_path):
    (tmp_path / "directory.toml").write_text("\ufeff" + SITE, encoding="utf-8")
    assert load_directory(tmp_path / "directory.toml").site.name == "Rooms"


def test_values_of_any_length_are_shortened_in_messages():
    (mistake,) = mistakes(SITE + '[[sources]]\nurl = "' + "x" * 4000 + '"\n')
    assert len(mistake) < 200


def test_files_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(DirectoryError, match="set DIRECTORY_CONFIG"):
        load_directory(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"# a\n# \xe4\n")
    with pytest.raises(DirectoryError, match="line 2: expected UTF-8"):
        load_directory(tmp_path / "latin.toml")
    (tmp_path / "long.toml").write_bytes(b"#" * (MAX_FILE + 1))
    with pytest.raises(DirectoryError, match="at most 1,000,000 bytes"):
        load_directory(tmp_path / "long.toml")


def test_lines_are_found_through_long_texts_arrays_and_inline_tables():
    lines = locate('# c\n\na = """\n[x]\n"""\n[t.u]\nb.c = 1\n[[s]]\nd = [\n 1,\n]\n[[s]]\ne = {f = 1}\n')
    assert lines == {
        ("a",): 3,
        ("t", "u"): 6,
        ("t", "u", "b"): 7,
        ("t", "u", "b", "c"): 7,
        ("s", 0): 8,
        ("s", 0, "d"): 9,
        ("s", 1): 12,
        ("s", 1, "e"): 13,
        ("s", 1, "e", "f"): 13,
    }


@given(st.text())
def test_any_text_gives_a_directory_error_or_a_directory(text):
    with pytest.raises(DirectoryError):
        parse_directory(text, "d.toml")  # no random text holds a whole [site]
