from sessioncrawler.editorial.config import parse_directory
from sessioncrawler.opendata.tables import hosts_txt
from sessioncrawler.opendata.v1 import records
from tests.support.open_data import DIRECTORY, finished


def test_each_server_stands_there_once():
    made = records(finished(), parse_directory(DIRECTORY, "directory.toml"), {})
    assert hosts_txt(made) == b"http://127.0.0.9:8080\nhttps://sogs.example\n"
