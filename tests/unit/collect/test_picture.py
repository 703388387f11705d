"""What a picture looks like in 64 bits: copies are alike, other things are not, and no file does harm."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from benchmarks.pictures import COPIES, cut_out, packed, turned
from collect.picture import LEAST_SIDE, MOST_PIXELS, MOST_SCANS, SCAN, image_hash
from daifa.errors import Rejected
from daifa.rules.matching import ALIKE, UNLIKE
from daifa.texts import texts
from tests.unit.collect.pictures import PRODUCTS, product, scene


def apart(one: bytes, other: bytes) -> int:
    """In how many bits two pictures differ."""
    return (int(image_hash(one), 16) ^ int(image_hash(other), 16)).bit_count()


def the_first_of_a_film(image: Image.Image) -> bytes:
    return packed(image, "GIF", save_all=True, append_images=[product("chair").resize(image.size)], duration=100)


OTHERWISE = {"cut out": cut_out, "turned, and told so": turned, "the first of a film": the_first_of_a_film}


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize("copy", COPIES | OTHERWISE)
def test_a_copy_of_a_picture_is_alike(name: str, copy: str) -> None:
    image = product(name)
    assert apart(packed(image, quality=92), (COPIES | OTHERWISE)[copy](image)) <= ALIKE


@pytest.mark.parametrize("copy", COPIES)
def test_so_is_a_copy_of_one_that_has_no_ground_of_its_own(copy: str) -> None:
    image = scene("lamp")
    assert apart(packed(image, quality=92), COPIES[copy](image)) <= ALIKE


@pytest.mark.parametrize("ground", [(0, 0, 0), (225, 225, 230), (190, 60, 60)], ids=["black", "grey", "red"])
def test_a_border_of_any_colour_is_no_part_of_the_picture(ground: tuple[int, int, int]) -> None:
    image = product("kettle", ground)
    assert apart(packed(image), packed(ImageOps.expand(image, 120, ground))) <= ALIKE


def test_pictures_of_other_things_are_not_alike() -> None:
    seen = {name: packed(product(name)) for name in PRODUCTS}
    bits = {pair: apart(seen[pair[0]], seen[pair[1]]) for pair in combinations(seen, 2)}
    assert min(bits.values()) > ALIKE, bits
    assert sum(found >= UNLIKE for found in bits.values()) >= len(bits) // 3, bits


def test_the_same_file_has_the_same_sixteen_digits() -> None:
    found = image_hash(packed(product("mug")))
    assert found == image_hash(packed(product("mug")))
    assert len(f"{int(found, 16):016x}") == len(found) == 16


# --- files that mean harm -------------------------------------------------------------------------------------------


def png(width: int, height: int, rows: bytes = b"") -> bytes:
    """A grey PNG that says it is so large, with these rows."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def webp(width: int, height: int) -> bytes:
    """A film in WebP that says it is so large."""

    def side(length: int) -> bytes:
        return (length - 1).to_bytes(3, "little")

    told = b"VP8X" + struct.pack("<I", 10) + bytes((2, 0, 0, 0)) + side(width) + side(height)
    anim = b"ANIM" + struct.pack("<IIH", 6, 0, 0)
    return b"RIFF" + struct.pack("<I", 4 + len(told) + len(anim)) + b"WEBP" + told + anim


def jpeg_of_many_scans() -> bytes:
    whole = packed(product("mug"), progressive=True)
    begin = whole.rindex(SCAN)
    return whole[:begin] + whole[begin:-2] * (MOST_SCANS + 1) + whole[-2:]


MUG = packed(product("mug"))
HARM: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "picture.unreadable"),
    "a page": (lambda: b"<!doctype html><h1>Not here</h1>", "picture.unreadable"),
    "a drawing with scripts": (
        lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
        "picture.unreadable",
    ),
    "another kind of picture": (lambda: packed(product("mug"), "TIFF"), "picture.unreadable"),
    "a picture that runs a program": (
        lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        "picture.unreadable",
    ),
    "half of a JPEG": (lambda: MUG[: len(MUG) // 2], "picture.unreadable"),
    "half of a PNG": (lambda: packed(product("mug"), "PNG")[:3000], "picture.unreadable"),
    "only its beginning": (lambda: MUG[:20], "picture.unreadable"),
    "no side": (lambda: png(0, 0), "picture.unreadable"),
    "a beacon": (lambda: packed(Image.new("RGB", (1, 1)), "GIF"), "picture.too_small"),
    "an icon": (lambda: packed(product("mug").resize((LEAST_SIDE - 1, 40)), "PNG"), "picture.too_small"),
    "a white sheet": (lambda: packed(Image.new("RGB", (600, 600), "white")), "picture.blank"),
    "a bomb of rows": (lambda: png(5001, 5000, bytes(5002) * 5000), "picture.too_large"),
    "a bomb by its word alone": (lambda: png(60_000, 60_000), "picture.too_large"),
    "a huge film": (lambda: webp(16_000, 16_000), "picture.too_large"),
    "a picture of a thousand layers": (jpeg_of_many_scans, "picture.too_large"),
}


@pytest.mark.parametrize("what", HARM)
def test_a_file_that_is_no_picture_to_compare_by_says_so(what: str) -> None:
    body, code = HARM[what]
    with pytest.raises(Rejected) as caught:
        image_hash(body())
    assert caught.value.code == code
    for locale in ("zh-CN", "en"):
        assert "{" not in texts(locale)[code].format(**caught.value.values)


def test_the_largest_that_shops_take_is_still_looked_at() -> None:
    image = product("lamp").resize((5000, 5000))
    assert image.width * image.height == MOST_PIXELS
    assert apart(packed(image), packed(product("lamp"))) <= ALIKE


@given(
    st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]),
    st.integers(0, 4000),
    st.binary(min_size=1, max_size=40),
    st.booleans(),
)
def test_a_damaged_file_is_read_or_refused(kind: str, at: int, damage: bytes, cut: bool) -> None:
    whole = packed(product("bottle").resize((160, 160)), kind)
    at %= len(whole)
    body = whole[:at] + damage + (b"" if cut else whole[at + len(damage) :])
    try:
        assert len(image_hash(body)) == 16
    except Rejected as refused:
        found = refused.code
        assert found.startswith("picture.")
