"""A link opens exactly one page for exactly as long as it says, and no other text opens any."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from daifa.signing import Link, LinkAltered, LinkExpired, LinkKind, Links
from tests.builders.rows import START

KEY = "a-key-for-unit-tests-only"
LINKS = Links([KEY], "https://daifa.test")
NAME = st.text(st.characters(blacklist_categories=["Cs"]), max_size=30)
UNTIL = START + timedelta(days=30)


@given(kind=st.sampled_from(LinkKind), shop=NAME, order=NAME, thing=NAME)
def test_what_is_signed_is_what_is_read(kind: LinkKind, shop: str, order: str, thing: str) -> None:
    token = LINKS.token(kind, shop, order, thing, UNTIL)

    expected = Link(shop=shop, order=order, thing=thing, expires=int(UNTIL.timestamp()))
    assert LINKS.read(kind, token, START) == expected
    assert token.isascii()
    assert not set("/?#&=+% ") & set(token)


@given(st.integers(0), st.characters(whitelist_categories=["L", "Nd", "P"]))
def test_one_changed_character_is_refused(at: int, other: str) -> None:
    token = LINKS.token(LinkKind.SUPPLIER, "demo", "5001", "D1", UNTIL)
    at %= len(token)
    changed = token[:at] + other + token[at + 1 :]
    if changed == token:
        return
    if at == len(token) - 1:
        # base64 leaves bits of the last character unused: such a token says the very same thing.
        try:
            assert LINKS.read(LinkKind.SUPPLIER, changed, START).thing == "D1"
        except LinkAltered:
            return
        return
    with pytest.raises(LinkAltered):
        LINKS.read(LinkKind.SUPPLIER, changed, START)


@given(st.text(max_size=200))
@example("")
@example(".")
@example(".eJw.x")
@example("\x00\ud800")
def test_any_other_text_is_refused_without_an_error(text: str) -> None:
    for kind in LinkKind:
        with pytest.raises(LinkAltered):
            LINKS.read(kind, text, START)


@pytest.mark.parametrize("made", list(LinkKind))
@pytest.mark.parametrize("read", list(LinkKind))
def test_a_link_for_one_page_is_worthless_at_another(made: LinkKind, read: LinkKind) -> None:
    token = LINKS.token(made, "demo", "5001", "D1", UNTIL)
    if made is read:
        assert LINKS.read(read, token, START).thing == "D1"
        return
    with pytest.raises(LinkAltered):
        LINKS.read(read, token, START)


def test_a_link_is_good_until_its_very_second() -> None:
    token = LINKS.token(LinkKind.CUSTOMER, "demo", "5001", "", UNTIL)
    assert LINKS.read(LinkKind.CUSTOMER, token, UNTIL - timedelta(seconds=1))
    with pytest.raises(LinkExpired) as caught:
        LINKS.read(LinkKind.CUSTOMER, token, UNTIL)
    assert (caught.value.status, caught.value.code) == (410, "link.expired")


def test_keys_rotate_without_breaking_a_link_and_a_withdrawn_key_breaks_its_own() -> None:
    old, new = "the-old-key-of-16-letters", "the-new-key-of-16-letters"
    before = Links([old], "").token(LinkKind.SUPPLIER, "demo", "5001", "D1", UNTIL)
    both = Links([new, old], "")

    assert both.read(LinkKind.SUPPLIER, before, START).thing == "D1"
    fresh = both.token(LinkKind.SUPPLIER, "demo", "5001", "D1", UNTIL)
    assert fresh == Links([new], "").token(LinkKind.SUPPLIER, "demo", "5001", "D1", UNTIL)
    with pytest.raises(LinkAltered):
        Links([new], "").read(LinkKind.SUPPLIER, before, START)


@pytest.mark.parametrize("keys", [[], [""], ["short"], ["a-key-for-unit-tests-only", "short"]])
def test_a_key_that_could_be_guessed_is_no_key(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="16 characters"):
        Links(keys, "")


def test_a_repeated_message_carries_the_very_same_link() -> None:
    def url(at: datetime) -> str:
        return LINKS.url(LinkKind.SUPPLIER, "demo", "5001", "D1", at, 30)

    morning, evening = START.replace(hour=0), START.replace(hour=23, minute=59)
    assert url(morning) == url(evening) != url(evening + timedelta(hours=1))
    assert url(morning).startswith("https://daifa.test/s/")
    read = LINKS.read(LinkKind.SUPPLIER, url(morning).rsplit("/", 1)[1], START)
    assert datetime.fromtimestamp(read.expires, UTC) == datetime(2026, 12, 24, tzinfo=UTC)
