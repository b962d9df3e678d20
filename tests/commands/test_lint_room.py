from tests.support.command_line import fresh_scrapy, scrapy


def test_a_description_is_shown_as_it_will_be_read():
    done = scrapy("lint-room", "Chat #here now. #nswf #Linux #Test #lang:de", "--name", "Essex Porn")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "Shown:    Chat #here now.\n"
        "Tags:     nsfw (warning), test (reserved), nswf, linux\n"
        "Language: German (de)\n"
        "Listed:   no, because its operator tagged it as a test\n"
        "\n"
        "To look at:\n"
        '- The name holds "porn", so the room is marked as not safe for work.\n'
        "- The tag #nswf has no special meaning; did you mean #nsfw?\n"
        "- #here stands within the text, and only hashtags at the very end are tags; move them there.\n"
    )


def test_an_empty_description_is_shown_too():
    done = scrapy("lint-room", "")
    assert done.returncode == 0
    assert done.stdout == (
        "Shown:    (nothing)\n"
        "Tags:     (none)\n"
        "Language: (not named; write #lang:xx)\n"
        "Listed:   yes, as far as the tags go\n"
    )


def test_nothing_that_a_stranger_wrote_controls_the_terminal():
    done = scrapy("lint-room", "a\x1b[31m\u202eb\nc خانه\u200cها #\x9b1mx #\x1b]0;x\x07 and", "--name", "\x1b[2J")
    assert done.returncode == 0
    assert "Shown:    a[31mb\nc خانه\u200cها #" in done.stdout
    assert not {"\x1b", "\x9b", "\x07", "\u202e"} & set(done.stdout)


def test_what_the_terminal_cannot_show_is_escaped():
    done = fresh_scrapy("lint-room", "Über 中文 #lang:zh", PYTHONIOENCODING="ascii", PYTHONUTF8="1")
    assert done.returncode == 0
    assert done.stdout.startswith("Shown:    \\xdcber \\u4e2d\\u6587\n")


def test_anything_but_one_description_is_a_usage_error():
    for arguments in [(), ("two", "words")]:
        done = scrapy("lint-room", *arguments)
        assert done.returncode == 2
        assert f"takes one description, but got {len(arguments)}; put the whole description in single" in done.stderr
