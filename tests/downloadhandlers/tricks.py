"""URLs that try to lead the crawler to a machine that is none of its business; {p} is a port."""

from __future__ import annotations

from tests.downloadhandlers.canary import own_address

PUBLIC = "8.8.8.8"

# Each is refused by what it spells, before any name is looked up. {p} is the port of the canary.
LITERALS = [
    # loopback, in every spelling of IPv4
    "http://127.0.0.1:{p}/",
    "http://127.0.0.2:{p}/",
    "http://127.255.255.254:{p}/",
    "http://127.1:{p}/",
    "http://127.0.1:{p}/",
    "http://2130706433:{p}/",
    "http://017700000001:{p}/",
    "http://0x7f000001:{p}/",
    "http://0X7F.0X0.0X0.0X1:{p}/",
    "http://0177.0.0.1:{p}/",
    "http://0177.0x0.0.1:{p}/",
    "http://0x7f.1:{p}/",
    "http://00000177.0.0.01:{p}/",
    "http://127.0.0.1.:{p}/",
    "http://127.1.:{p}/",
    # in other scripts, which IDNA maps to digits and dots
    "http://\uff11\uff12\uff17.0.0.1:{p}/",
    "http://127\u30020\u30020\u30021:{p}/",
    "http://\u2460\u2461\u2466.0.0.1:{p}/",
    "http://\U0001d7cf\U0001d7d0\U0001d7d5.0.0.1:{p}/",
    "http://12\u00ad7.0.0.1:{p}/",
    "http://%31%32%37.0.0.1:{p}/",
    # behind something that looks like the host
    f"http://{PUBLIC}@127.0.0.1:{{p}}/",
    f"http://{PUBLIC}:80@127.0.0.1:{{p}}/",
    f"http://user:{PUBLIC}@127.1:{{p}}/",
    f"http://{PUBLIC}%2f@127.0.0.1:{{p}}/",
    "http://127.0.0.1:{p}\\@example.org/",
    "http://127.0.0.1:{p}#@example.org/",
    "http://127.0.0.1:{p}?@example.org/",
    "HTTP://127.0.0.1:{p}/",
    "https://127.0.0.1:{p}/",
    # this machine, by no address at all
    "http://0:{p}/",
    "http://0.0.0.0:{p}/",
    "http://0x0:{p}/",
    "http://00.0:{p}/",
    "http://0.1.2.3:{p}/",
    # IPv6
    "http://[::1]:{p}/",
    "http://[0:0:0:0:0:0:0:1]:{p}/",
    "http://[::0001]:{p}/",
    "http://[::]:{p}/",
    "http://[0::0]:{p}/",
    # IPv4 in IPv6: mapped, compatible, NAT64, 6to4, Teredo, ISATAP on link-local
    "http://[::ffff:127.0.0.1]:{p}/",
    "http://[::ffff:7f00:1]:{p}/",
    "http://[0:0:0:0:0:ffff:7f00:0001]:{p}/",
    "http://[::FFFF:0.0.0.0]:{p}/",
    "http://[::127.0.0.1]:{p}/",
    "http://[::ffff:0:127.0.0.1]:{p}/",
    "http://[64:ff9b::7f00:1]:{p}/",
    "http://[64:ff9b::127.0.0.1]:{p}/",
    "http://[64:ff9b::a9fe:a9fe]:{p}/",
    "http://[64:ff9b:1::7f00:1]:{p}/",
    "http://[2002:7f00:1::]:{p}/",
    "http://[2002:7f00:1::1]:{p}/",
    "http://[2001:0:7f00:1::]:{p}/",
    "http://[2001:0:808:808::80ff:fffe]:{p}/",
    "http://[fe80::5efe:127.0.0.1]:{p}/",
    # zones
    "http://[::1%25lo]:{p}/",
    "http://[::1%lo]:{p}/",
    "http://[fe80::1%25eth0]:{p}/",
    "http://[fe80::1%1]:{p}/",
    # the neighbourhood
    "http://10.0.0.1:{p}/",
    "http://172.16.0.1:{p}/",
    "http://172.31.255.255:{p}/",
    "http://192.168.1.1:{p}/",
    "http://3232235777:{p}/",
    "http://[fc00::1]:{p}/",
    "http://[fd00::1]:{p}/",
    "http://[fec0::1]:{p}/",
    "http://[fe80::1]:{p}/",
    # what clouds tell about themselves
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/latest/meta-data/",
    "http://0251.0376.0251.0376/",
    "http://0xa9fea9fe/",
    "http://[::ffff:169.254.169.254]/",
    "http://[fd00:ec2::254]/",
    "http://[fd20:ce::254]/",
    "http://100.100.100.200/",
    "http://192.0.0.192/",
    "http://168.63.129.16/",
    # what is no single machine, and what is nobody's
    "http://100.64.0.1:{p}/",
    "http://192.0.0.1:{p}/",
    "http://192.0.2.1:{p}/",
    "http://192.88.99.1:{p}/",
    "http://198.18.0.1:{p}/",
    "http://198.51.100.1:{p}/",
    "http://203.0.113.1:{p}/",
    "http://224.0.0.1:{p}/",
    "http://239.255.255.250:{p}/",
    "http://240.0.0.1:{p}/",
    "http://255.255.255.255:{p}/",
    "http://[100::1]:{p}/",
    "http://[2001:db8::1]:{p}/",
    "http://[3fff::1]:{p}/",
    "http://[5f00::1]:{p}/",
    "http://[4000::1]:{p}/",
    "http://[ff02::1]:{p}/",
    "http://[ff0e::1]:{p}/",
    f"http://{own_address()}:{{p}}/",
]

# Names, and what the resolver says of them each time it is asked.
NAMES = {
    "loopback.example": [["127.0.0.1"]],
    "many.example": [["127.0.0.1", "127.0.0.2", "127.0.0.3"]],
    "six.example": [["::1"]],
    "mapped.example": [["::ffff:127.0.0.1"]],
    "unspecified.example": [["0.0.0.0"]],
    "private.example": [["10.0.0.1", "fd00::1"]],
    "metadata.google.internal": [["169.254.169.254"]],
    "metadata": [["169.254.169.254"]],
    "instance-data": [["169.254.169.254"]],
    "printer.local": [["fe80::1%lo"]],
    "host.docker.internal": [["172.17.0.1"]],
    "127.0.0.1.nip.io": [["127.0.0.1"]],
    "7f000001.rebind.example": [["127.0.0.1"]],
    "under_score.example": [["127.0.0.1"]],
    "xn--mnchen-3ya.example": [["127.0.0.1"]],
    "ip6-loopback": [["::1"]],
    "own.example": [[own_address()]],
}
NAMED = [f"http://{name}:{{p}}/" for name in NAMES] + [
    "http://localhost:{p}/",
    "http://LOCALHOST.:{p}/",
    "http://localhost.:{p}/",
    "http://any.thing.localhost:{p}/",
    "http://\u24dbocalhost:{p}/",
    "https://loopback.example:{p}/",
    "http://loopback%2eexample:{p}/",
    "http://LOOPBACK.example.:{p}/",
    "http://m\u00fcnchen.example:{p}/",
    "http://user:pass@loopback.example:{p}/",
]

# What is no host is not looked up either, whatever a resolver might make of it.
NO_HOSTS = [
    "http://127.0.0.1%2f.example.org:{p}/",
    "http://127.0.0.1%00.example.org:{p}/",
    "http://\x00.example:{p}/",
    "http://127.0.0.1 .example:{p}/",
    "http://.127.0.0.1:{p}/",
    "http://127..0.0.1:{p}/",
    "http://1.2.3.4.5:{p}/",
    "http://256.0.0.1:{p}/",
    "http://4294967296:{p}/",
    "http://08.0.0.1:{p}/",
    "http://0x7g.1:{p}/",
    "http://-loopback.example:{p}/",
    "http://xn--a:{p}/",
    "http://" + "x" * 64 + ".example:{p}/",
    "http://" + "x." * 127 + "example:{p}/",
]
PORTS = [0, 1, 22, 25, 53, 79, 81, 110, 442, 444, 1023]

# What a proxy would look up in its own network.
LOCAL_NAMES = [
    "http://localhost:{p}/",
    "http://LOCALHOST.:{p}/",
    "http://any.thing.localhost:{p}/",
    "http://metadata.google.internal/",
    "http://metadata/",
    "http://printer.local:{p}/",
    "http://router.home.arpa:{p}/",
    "http://nas.lan:{p}/",
]
