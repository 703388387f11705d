"""`python -m benchmarks.pictures`: how well copies of one picture are told from pictures of other things.

The pictures are drawn, not photographed: simple things of nine shapes, on white, on a plain ground or in a room, lit
from one side. A ninth of all pairs has one shape.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations
from random import Random
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

from collect import picture
from daifa.rules.matching import ALIKE, UNLIKE

WHITE = (255, 255, 255)
# The numbers of `collect/picture.py` were chosen on other drawings of this kind.
SEEDS = range(3000, 3120)

Colour = tuple[int, int, int]
Hash = Callable[[Image.Image], int]


# --- what happens to a picture on its way from shop to shop ---------------------------------------------------------


def packed(image: Image.Image, kind: str = "JPEG", **how: Any) -> bytes:
    """The picture as a file."""
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def marked(image: Image.Image, *places: tuple[float, float]) -> Image.Image:
    """With a seller's name over it, half transparent, beginning at these parts of its sides."""
    over = Image.new("RGBA", image.size, (0, 0, 0, 0))
    font = ImageFont.load_default(size=image.width // 16)
    for across, down in places:
        at = (across * image.width, down * image.height)
        ImageDraw.Draw(over).text(at, "shop.example", fill=(120, 120, 120, 130), font=font)
    return Image.alpha_composite(image.convert("RGBA"), over).convert("RGB")


def cut_out(image: Image.Image) -> bytes:
    """With nothing where it was white."""
    seen = image.convert("RGBA")
    seen.putalpha(ImageOps.invert(image.convert("L")).point(lambda value: 255 * (value > 8)))
    return packed(seen, "PNG")


def turned(image: Image.Image) -> bytes:
    """Lying on its side, with the note that cameras write about it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return packed(image.transpose(Image.Transpose.ROTATE_90), quality=90, exif=exif)


def _sized(image: Image.Image, times: float) -> Image.Image:
    return image.resize((round(image.width * times), round(image.height * times)))


def _trimmed(image: Image.Image) -> Image.Image:
    across, down = image.width // 33, image.height // 33
    return image.crop((across, down, image.width - across, image.height - down))


COPIES: dict[str, Callable[[Image.Image], bytes]] = {
    "packed hard": lambda image: packed(image, quality=25),
    "progressive": lambda image: packed(image, quality=80, progressive=True),
    "as WebP": lambda image: packed(image, "WEBP", quality=60),
    "as PNG with a palette": lambda image: packed(image.quantize(64), "PNG"),
    "as GIF": lambda image: packed(image.quantize(64), "GIF"),
    "in grey": lambda image: packed(image.convert("L"), quality=85),
    "in the printer's colours": lambda image: packed(image.convert("CMYK"), quality=85),
    "half as large": lambda image: packed(_sized(image, 0.5), quality=80),
    "a thumbnail": lambda image: packed(_sized(image, 0.17), quality=80),
    "twice as large": lambda image: packed(_sized(image, 2), quality=80),
    "brighter": lambda image: packed(ImageEnhance.Brightness(image).enhance(1.1), quality=85),
    "of more contrast": lambda image: packed(ImageEnhance.Contrast(image).enhance(1.2), quality=85),
    "marked in the middle": lambda image: packed(marked(image, (0.2, 0.5)), quality=85),
    "marked in a corner": lambda image: packed(marked(image, (0.55, 0.93)), quality=85),
    "marked all over": lambda image: packed(marked(image, *((x / 2, y / 5) for x in (0, 1) for y in range(5)))),
    "with a white border": lambda image: packed(ImageOps.expand(image, image.width // 10, WHITE), quality=85),
    "with a wide white border": lambda image: packed(ImageOps.expand(image, image.width // 4, WHITE), quality=85),
    "on a white banner": lambda image: packed(ImageOps.pad(image, (1600, 800), color=WHITE), quality=85),
    "trimmed": lambda image: packed(_trimmed(image), quality=85),
}


# --- what is on it --------------------------------------------------------------------------------------------------


def drawn(seed: int) -> Image.Image:
    """A made-up product's picture; the same seed draws the same."""
    chance = Random(seed)
    size = (800, chance.choice((800, 800, 800, 600, 1000)))
    ground = chance.choice((_white, _white, _white, _plain, _room))(chance, size)
    thing = Image.new("RGBA", size, (0, 0, 0, 0))
    _shape(chance, ImageDraw.Draw(thing), size)
    angle, dark = chance.choice((30, 45, 60, 120, 150)), chance.uniform(0.45, 0.75)
    light = Image.linear_gradient("L").rotate(angle, Image.Resampling.BILINEAR).crop((50, 50, 206, 206)).resize(size)
    shade = light.point(lambda value: round(255 * dark + (1 - dark) * value))
    ground.paste(ImageChops.multiply(thing.convert("RGB"), Image.merge("RGB", [shade] * 3)), mask=thing.getchannel("A"))
    return ground


def _colour(chance: Random, least: int = 20, most: int = 230) -> Colour:
    return chance.randrange(least, most), chance.randrange(least, most), chance.randrange(least, most)


def _white(chance: Random, size: tuple[int, int]) -> Image.Image:
    return Image.new("RGB", size, WHITE)


def _plain(chance: Random, size: tuple[int, int]) -> Image.Image:
    grain = Image.effect_noise(size, 12).convert("RGB")
    return Image.blend(Image.new("RGB", size, _colour(chance, 150, 250)), grain, 0.05)


def _room(chance: Random, size: tuple[int, int]) -> Image.Image:
    room = Image.merge("RGB", [Image.linear_gradient("L").resize(size).rotate(chance.choice((0, 180))) for _ in "RGB"])
    room = Image.blend(Image.new("RGB", size, _colour(chance)), room, 0.4)
    for _ in range(chance.randrange(2, 6)):
        x, y, wide = chance.randrange(size[0]), chance.randrange(size[1]), chance.randrange(80, 400)
        ImageDraw.Draw(room).ellipse((x - wide, y - wide, x + wide, y + wide), fill=_colour(chance))
    return room.filter(ImageFilter.GaussianBlur(8))


def _shape(chance: Random, draw: ImageDraw.ImageDraw, size: tuple[int, int]) -> None:
    x, y = (side // 2 + chance.randrange(-60, 60) for side in size)
    w, h = (round(side * chance.uniform(0.2, 0.42)) for side in size)
    one, two, three = _colour(chance, 20, 200), _colour(chance), _colour(chance)

    def box(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        return x + left * w, y + top * h, x + right * w, y + bottom * h

    match chance.randrange(9):
        case 0:  # mug
            draw.rounded_rectangle(box(-0.7, -1, 0.5, 1), 30, fill=one)
            draw.ellipse(box(0.2, -0.5, 1, 0.5), outline=one, width=30)
        case 1:  # lamp
            draw.polygon([(x - 0.4 * w, y - h), (x + 0.4 * w, y - h), (x + w, y), (x - w, y)], fill=one)
            draw.rectangle((x - 12, y, x + 12, y + h), fill=two)
            draw.ellipse(box(-0.5, 0.85, 0.5, 1.1), fill=two)
        case 2:  # towel
            for stripe in range(8):
                draw.rectangle(box(-1, stripe / 4 - 1, 1, stripe / 4 - 0.87), fill=(one, two)[stripe % 2])
        case 3:  # bottle
            draw.rounded_rectangle(box(-0.35, -0.6, 0.35, 1), 25, fill=one)
            draw.rectangle(box(-0.12, -1, 0.12, -0.5), fill=two)
            draw.rectangle(box(-0.35, 0, 0.35, 0.4), fill=three)
        case 4:  # chair
            draw.rectangle(box(-0.6, -1, -0.4, 1), fill=one)
            draw.rectangle(box(-0.6, 0, 0.7, 0.2), fill=two)
            draw.rectangle(box(0.5, 0, 0.7, 1), fill=one)
        case 5:  # bowl, from above
            draw.ellipse(box(-1, -1, 1, 1), fill=one)
            draw.ellipse(box(-0.6, -0.6, 0.6, 0.6), fill=two)
        case 6:  # bag
            draw.rounded_rectangle(box(-1, -0.3, 1, 1), 40, fill=one)
            draw.arc(box(-0.5, -1, 0.5, 0.3), 180, 360, fill=two, width=25)
        case 7:  # a set of things
            for _ in range(chance.randrange(3, 7)):
                left, top, wide = x + chance.randrange(-w, w), y + chance.randrange(-h, h), chance.randrange(40, 130)
                put = draw.ellipse if chance.random() < 0.5 else draw.rectangle
                put((left - wide, top - wide, left + wide, top + wide), fill=_colour(chance, 20, 200))
        case _:  # tool
            draw.line([(x - w, y + h), (x + 0.6 * w, y - 0.6 * h)], fill=one, width=40)
            draw.ellipse(box(0.4, -1, 1, -0.4), fill=two)


# --- measuring ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measured:
    """Parts of all copies and of all pairs of other things, at the two bounds of `rules/matching.py`."""

    copies_alike: float
    copies_unlike: float
    others_alike: float
    others_unlike: float


@dataclass(frozen=True)
class Seen:
    """Pictures as they are looked at: small, on white; each with its copies."""

    first: list[Image.Image]
    copies: list[list[Image.Image]]


def seen(seeds: Iterable[int]) -> Seen:
    """The drawings of these seeds."""
    images = [drawn(seed) for seed in seeds]
    first = [picture._small(packed(image, quality=92)) for image in images]
    return Seen(first, [[picture._small(copy(image)) for copy in COPIES.values()] for image in images])


def measured(told: Hash, pictures: Seen) -> Measured:
    """How one way to look at pictures does on these."""
    first = [told(image) for image in pictures.first]
    copies = [
        (mine ^ told(copy)).bit_count() for mine, made in zip(first, pictures.copies, strict=True) for copy in made
    ]
    others = [(one ^ other).bit_count() for one, other in combinations(first, 2)]
    return Measured(
        sum(bits <= ALIKE for bits in copies) / len(copies),
        sum(bits >= UNLIKE for bits in copies) / len(copies),
        sum(bits <= ALIKE for bits in others) / len(others),
        sum(bits >= UNLIKE for bits in others) / len(others),
    )


def ours(image: Image.Image) -> int:
    """Our bits."""
    return int(picture._bits(image), 16)


def dhash(image: Image.Image) -> int:
    """Where each of 8 x 8 places is brighter than the one right of it."""
    field = image.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    places = [(field[row * 9 + at], field[row * 9 + at + 1]) for row in range(8) for at in range(8)]
    return sum(1 << place for place, (one, right) in enumerate(places) if one > right)


def phash(image: Image.Image) -> int:
    """The usual 8 x 8 waves, each against their median."""
    size = picture.POINTS
    field = image.convert("L").resize((size, size), Image.Resampling.BOX).tobytes()
    rows = [[picture._wave(u, field[row : row + size]) for u in range(8)] for row in range(0, len(field), size)]
    columns = list(zip(*rows, strict=True))
    waves = [picture._wave(v, columns[u]) for v in range(8) for u in range(8)]
    middle = sorted(waves)[len(waves) // 2]
    return sum(1 << place for place, wave in enumerate(waves) if wave > middle)


def main() -> None:
    """One line for each way to look, at the whole picture and at the thing that it shows."""
    whole = seen(SEEDS)
    things = Seen(
        [picture._thing(image) for image in whole.first],
        [[picture._thing(image) for image in made] for made in whole.copies],
    )
    print(f"{'':14}copies <= {ALIKE}  copies >= {UNLIKE}  others <= {ALIKE}  others >= {UNLIKE}")
    for what, pictures in (("whole", whole), ("thing", things)):
        for told in (dhash, phash, ours):
            found = measured(told, pictures)
            shown = (found.copies_alike, found.copies_unlike, found.others_alike, found.others_unlike)
            print(f"{what} {told.__name__:6}" + "  ".join(f"{part:11.3f}" for part in shown))


if __name__ == "__main__":
    main()
