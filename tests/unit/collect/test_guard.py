"""Addresses the fetcher must never speak to (catalogue F52-F54), and those it may."""
# ruff: noqa: E501 - pages and addresses are kept whole, one per line

from __future__ import annotations

import pytest

from collect.guard import NotAllowed, Unreachable, check, is_public, system_resolve

PUBLIC = "93.184.216.34"


def at(*answers: str):  # noqa: ANN201 - a resolver of fixed answers
    """A resolver that knows these addresses for every name."""
    return lambda host, port: list(answers)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
        "169.254.170.2", "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.9",
        "192.88.99.1", "168.63.129.16", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::127.0.0.1", "::169.254.169.254", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:93.184.216.34",
        "64:ff9b::a9fe:a9fe", "64:ff9b::5db8:d822", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1", "fc00::1",
        "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "3fff::1", "5f00::1", "100::1", "not an address", "",
    ],
)  # fmt: skip
def test_private_local_translated_reserved_and_metadata_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", [PUBLIC, "8.8.8.8", "1.1.1.1", "47.246.23.1", "2606:2800:220:1:248:1893:25c8:1946", "2a00:1450::1"]
)
def test_addresses_of_the_open_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/", "http://0/", "http://localhost/",
        "http://①②⑦.⓪.⓪.①/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://127.0.0.1./", "http://LOCALHOST/",
        "http://0.0.0.0/", "http://[::]/",
    ],
)  # fmt: skip
def test_every_spelling_of_this_machine_is_refused_after_resolution(url: str) -> None:
    with pytest.raises((NotAllowed, Unreachable)) as refused:
        check(url, system_resolve)
    assert refused.value.code in ("collect.private_address", "collect.no_such_host", "collect.bad_address")


@pytest.mark.parametrize(
    "host", ["metadata.google.internal", "metadata.tencentyun.com", "100.100.100.200.nip.io", "instance-data.ec2"]
)
def test_metadata_hosts_of_the_clouds_are_refused_by_where_they_lead(host: str) -> None:
    for answer in ("169.254.169.254", "169.254.0.23", "100.100.100.200", "192.0.0.192", "fd00:ec2::254"):
        with pytest.raises(NotAllowed) as refused:
            check(f"http://{host}/latest", at(answer))
        assert refused.value.code == "collect.private_address"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://a.example/", "collect.bad_scheme"), ("file:///etc/passwd", "collect.bad_scheme"),
        ("gopher://a.example/_x", "collect.bad_scheme"), ("javascript:alert(1)", "collect.bad_scheme"),
        ("a.example/product", "collect.bad_scheme"), ("//a.example/x", "collect.bad_scheme"),
        ("https://a.example:8443/", "collect.bad_port"), ("http://a.example:22/", "collect.bad_port"),
        ("https://a.example:80/", "collect.bad_port"), ("http://a.example:0/", "collect.bad_port"),
        ("http://a.example:99999/", "collect.bad_address"),
        ("https://user:pw@a.example/", "collect.credentials_in_address"), ("https://a.example@b.example/", "collect.credentials_in_address"),
        ("https://@a.example/", "collect.credentials_in_address"),
        ("https://a.example\\@b.example/", "collect.bad_address"), ("https:\\\\a.example", "collect.bad_address"),
        ("https://a.exa\tmple/", "collect.bad_address"), ("https://a.example/a b", "collect.bad_address"),
        ("https://a.example/\r\nX: y", "collect.bad_address"), ("https://a.example\x00/", "collect.bad_address"),
        ("", "collect.bad_address"), ("https:///nothing", "collect.bad_address"), ("https://../", "collect.bad_address"),
        ("https://[::1", "collect.bad_address"), ("https://a_b..c/", "collect.bad_address"),
        ("https://" + "a" * 70 + ".example/", "collect.bad_address"), ("https://a.example/" + "x" * 3000, "collect.bad_address"),
    ],
)  # fmt: skip
def test_an_address_of_another_form_is_refused_and_says_why(url: str, code: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        check(url, at(PUBLIC))
    assert refused.value.code == code


def test_one_private_answer_among_public_ones_refuses_the_host() -> None:
    with pytest.raises(NotAllowed):
        check("https://a.example/", at(PUBLIC, "2606:2800:220:1::1", "10.0.0.1"))


def test_a_host_is_resolved_once_and_the_checked_address_is_the_one_to_connect_to() -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    target = check("https://rebind.example/p?q=1#part", lambda host, port: next(answers))
    assert (target.ip, target.host, target.port, target.path) == (PUBLIC, "rebind.example", 443, "/p?q=1")


def test_names_and_paths_beyond_ascii_are_written_as_browsers_write_them() -> None:
    target = check("https://münchen.example/süß?q=灯&x=%20", at(PUBLIC))
    assert target.host == "xn--mnchen-3ya.example"
    assert target.path == "/s%C3%BC%C3%9F?q=%E7%81%AF&x=%20"
    assert target.authority == "xn--mnchen-3ya.example"


def test_only_the_named_host_and_port_of_the_local_world_are_exempt() -> None:
    allow = frozenset({"127.0.0.1:8123"})
    assert check("http://127.0.0.1:8123/shops", allow=allow).ip == "127.0.0.1"
    for url in ("http://127.0.0.1:8124/", "http://127.0.0.1/", "http://localhost:8123/", "http://127.1:8123/"):
        with pytest.raises(NotAllowed):
            check(url, allow=allow)


def test_a_host_nobody_knows_may_be_tried_again() -> None:
    def nobody(host: str, port: int) -> list[str]:
        raise OSError("no such host")

    with pytest.raises(Unreachable) as failed:
        check("https://a.example/", nobody)
    assert failed.value.code == "collect.no_such_host"
