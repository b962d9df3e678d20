from sessioncrawler.text import numbers


def test_numbers():
    assert numbers.grouped(1_234_567) == "1,234,567"
    assert numbers.grouped(0) == "0"
    assert numbers.grouped(None) == "\N{EN DASH}"
    assert numbers.counted(1, "server", "servers") == "1 server"
    assert numbers.counted(0, "server", "servers") == "0 servers"
