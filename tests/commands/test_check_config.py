import pytest

from tests.support.command_line import ROOT, scrapy

MISTAKES = ROOT / "tests" / "editorial" / "config" / "mistakes.toml"
SITE = '[site]\nname = "Rooms"\nurl = "https://rooms.example/"\ncontact = "a@rooms.example"\n'


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "directory.toml"
    path.write_text(SITE, encoding="utf-8")
    return path


def test_scrapy_knows_the_commands_by_their_names():
    shown = scrapy().stdout
    assert "\n  check-config  Check directory.toml: " in shown
    assert "\n  lint-room     Show how a room's description will be read: " in shown


def test_the_project_s_own_file_is_accepted():
    done = scrapy("check-config")
    assert done.returncode == 0
    assert done.stdout.startswith("directory.toml: 2 servers, 2 sources, 151 languages, 2 flags, ")
    assert "found the example" in done.stderr


def test_a_right_file_is_all_fine(file):
    done = scrapy("check-config", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{file}: 0 servers, 0 sources, 0 languages: all fine\n"


def test_the_setting_names_the_file(file):
    done = scrapy("check-config", "-s", f"DIRECTORY_CONFIG={file}")
    assert done.stdout.endswith(": all fine\n")


def test_warnings_leave_the_exit_code_alone(file):
    file.write_text(SITE + '[[pin]]\nmatch = "a.page"\nuntil = 2020-01-01\n', encoding="utf-8")
    done = scrapy("check-config", str(file))
    assert done.returncode == 0
    assert done.stderr == (
        f"Warning: {file}, line 7, pin.until: the rule for a.page was over on 2020-01-01; "
        "remove it, or name a later day\n"
    )
    assert done.stdout == f"{file}: 0 servers, 0 sources, 0 languages, 1 pin rule: fine, with 1 warning\n"


def test_a_short_pattern_is_a_warning_with_what_to_write(file):
    file.write_text(SITE + '[[pin]]\nmatch = "a+118d"\n', encoding="utf-8")
    done = scrapy("check-config", str(file))
    assert done.returncode == 0
    assert done.stderr.startswith(f"Warning: {file}, line 6, pin.match: a+118d does not count here, because anybody ")
    assert "write a+ and the whole key" in done.stderr


def test_every_mistake_is_a_sentence_and_none_a_traceback():
    done = scrapy("check-config", str(MISTAKES))
    lines = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "")
    assert len(lines) >= 30
    assert all(line.startswith(f"{MISTAKES}, line ") and ": expected " in line for line in lines)


def test_a_file_that_is_not_there_is_a_sentence(tmp_path):
    done = scrapy("check-config", str(tmp_path / "none.toml"))
    assert done.returncode == 1
    assert done.stderr == (
        f"{tmp_path}/none.toml: cannot be read (No such file or directory); "
        "set DIRECTORY_CONFIG to the path of your directory.toml\n"
    )


def test_two_paths_are_a_usage_error():
    done = scrapy("check-config", "a", "b")
    assert done.returncode == 2
    assert "'scrapy check-config' takes one path, but got 2" in done.stderr


def test_help_says_which_file_is_meant():
    done = scrapy("check-config", "-h")
    assert done.returncode == 0
    assert "DIRECTORY_CONFIG names" in " ".join(done.stdout.split())
