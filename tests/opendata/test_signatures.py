"""Signatures: those of the real minisign are read, and it reads ours."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from sessioncrawler.opendata.signatures import SigningKey, public_key, signed
from tests.support.minisign import ANOTHER, COMMENT, DATA, LEGACY, LOCKED, PREHASHED, PUBLIC, PUBLIC_FILE, SECRET

NOW = 1_769_083_200
SITE = "https://rooms.example/"
PROGRAM = shutil.which("minisign")


@pytest.mark.parametrize("signature", [PREHASHED, LEGACY])
def test_what_minisign_signs_is_believed(signature):
    assert signed(DATA, signature, PUBLIC) == signed(DATA, signature, PUBLIC_FILE) == COMMENT


@pytest.mark.parametrize("signature", [PREHASHED, LEGACY])
def test_nothing_else_is(signature):
    lines = signature.splitlines()
    for data, other, key in (
        (DATA + b" ", signature, PUBLIC),
        (DATA, signature, ANOTHER),
        (DATA, signature.replace(b"1769083200", b"1869083200"), PUBLIC),
        (DATA, signature.replace(lines[1][20:24], b"AAAA"), PUBLIC),
        (DATA, signature.replace(lines[3][20:24], b"AAAA"), PUBLIC),
    ):
        with pytest.raises(ValueError, match=r"^is no signature of this file by the holder of that key$"):
            signed(data, other, key)


@pytest.mark.parametrize(
    "signature",
    [b"", b"\xff" * 300, PREHASHED[:-10], PREHASHED + PREHASHED, PREHASHED.replace(b"RUTd", b"RVTd"), b"\n" * 4],
)
def test_what_is_no_signature(signature):
    with pytest.raises(ValueError, match=r"^is no signature of minisign$"):
        signed(DATA, signature, PUBLIC)


@pytest.mark.parametrize("key", ["", " ", "RW", PUBLIC[:-4], SECRET, PUBLIC.replace("RWT", "RUT"), "RW" + "?" * 54])
def test_what_is_no_public_key(key):
    with pytest.raises(ValueError, match="it is no public key of minisign"):
        public_key(key)


def test_what_we_sign_says_when_what_and_for_whom():
    key = SigningKey.parse(SECRET)
    signature = key.sign(DATA, NOW, "manifest.json", SITE)
    assert signature == key.sign(DATA, NOW, "manifest.json", SITE)
    assert signature.splitlines()[1].startswith(b"RUTd"), "prehashed, as minisign's own"
    assert key.public == PUBLIC
    assert signed(DATA, signature, PUBLIC) == f"timestamp:{NOW}\tfile:manifest.json\tsite:{SITE}\thashed"


def test_a_site_with_letters_of_any_script():
    comment = signed(DATA, SigningKey.parse(SECRET).sign(DATA, 1, "x", "https://räume.example/ü\n"), PUBLIC)
    assert "\tsite:https://r%C3%A4ume.example/%C3%BC%0A\t" in comment


@pytest.mark.parametrize(
    "text", [SECRET, SECRET.splitlines()[1], SECRET.replace("\n", " "), SECRET.replace("\n", "\r\n")]
)
def test_a_key_in_any_form(text):
    assert SigningKey.parse(text).public == PUBLIC


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (LOCKED, "it is protected by a password.*minisign -C -W"),
        ("", "it is no secret key of minisign"),
        (PUBLIC_FILE, "it is no secret key of minisign"),
        (SECRET[:-20], "it is no secret key of minisign"),
        (SECRET.replace("0KM1D", "0KM1E"), "it is broken"),
    ],
)
def test_keys_that_cannot_be_used(text, sentence):
    with pytest.raises(ValueError, match=sentence) as told:
        SigningKey.parse(text)
    assert "RWQA" not in str(told.value)


@pytest.mark.skipif(PROGRAM is None, reason="the program minisign is not here: apt-get install minisign")
def test_the_real_program_believes_what_we_sign_and_the_other_way_round(tmp_path):
    def minisign(*arguments):
        return subprocess.run([PROGRAM, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert minisign("-G", "-W", "-p", "site.pub", "-s", "site.key").returncode == 0
    key = SigningKey.parse((tmp_path / "site.key").read_text())
    (tmp_path / "manifest.json").write_bytes(DATA)
    (tmp_path / "manifest.json.minisig").write_bytes(key.sign(DATA, NOW, "manifest.json", SITE))
    done = minisign("-V", "-m", "manifest.json", "-P", key.public)
    assert (done.returncode, f"site:{SITE}" in done.stdout) == (0, True), done.stderr
    (tmp_path / "manifest.json").write_bytes(DATA + b"!")
    assert minisign("-V", "-m", "manifest.json", "-P", key.public).returncode == 1
    for more in ((), ("-l",)):
        assert minisign("-S", *more, "-s", "site.key", "-m", "manifest.json").returncode == 0
        signed(DATA + b"!", (tmp_path / "manifest.json.minisig").read_bytes(), (tmp_path / "site.pub").read_text())
