"""Pictures of made-up products, drawn on the spot."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from benchmarks.pictures import WHITE

Draw = Callable[[ImageDraw.ImageDraw], None]


def _mug(draw: ImageDraw.ImageDraw) -> None:
    draw.rounded_rectangle((150, 180, 420, 600), 40, fill=(196, 72, 52))
    draw.ellipse((360, 270, 560, 510), outline=(196, 72, 52), width=34)
    draw.rectangle((150, 180, 420, 220), fill=(60, 40, 36))


def _lamp(draw: ImageDraw.ImageDraw) -> None:
    draw.polygon(((300, 120), (500, 120), (640, 400), (160, 400)), fill=(222, 170, 40))
    draw.rectangle((385, 400, 415, 640), fill=(70, 70, 74))
    draw.ellipse((270, 620, 530, 690), fill=(70, 70, 74))


def _towel(draw: ImageDraw.ImageDraw) -> None:
    for row in range(6):
        draw.rectangle((140, 140 + row * 80, 660, 220 + row * 80), fill=(40, 110, 150) if row % 2 else (150, 190, 210))
    draw.rectangle((140, 540, 660, 580), fill=(20, 50, 80))


def _bottle(draw: ImageDraw.ImageDraw) -> None:
    draw.rounded_rectangle((310, 260, 490, 700), 36, fill=(46, 120, 84))
    draw.rectangle((365, 110, 435, 270), fill=(24, 60, 44))
    draw.rectangle((310, 420, 490, 560), fill=(236, 226, 190))


def _chair(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((200, 100, 270, 720), fill=(120, 80, 50))
    draw.rectangle((200, 420, 600, 480), fill=(160, 110, 70))
    draw.rectangle((540, 480, 600, 720), fill=(120, 80, 50))


def _kettle(draw: ImageDraw.ImageDraw) -> None:
    draw.ellipse((180, 320, 600, 700), fill=(90, 96, 110))
    draw.polygon(((560, 420), (740, 300), (700, 280), (520, 380)), fill=(90, 96, 110))
    draw.arc((250, 140, 530, 420), 180, 360, fill=(30, 30, 34), width=30)


PRODUCTS: dict[str, Draw] = {
    "mug": _mug, "lamp": _lamp, "towel": _towel, "bottle": _bottle, "chair": _chair, "kettle": _kettle,
}  # fmt: skip


def product(name: str, ground: tuple[int, int, int] = WHITE) -> Image.Image:
    """A product's photograph: the thing, lit from one side, on a ground of one colour."""
    thing = Image.new("RGBA", (800, 800), (0, 0, 0, 0))
    PRODUCTS[name](ImageDraw.Draw(thing))
    light = Image.linear_gradient("L").rotate(60, Image.Resampling.BILINEAR).crop((50, 50, 206, 206)).resize((800, 800))
    lit = Image.composite(thing.convert("RGB"), ImageEnhance.Brightness(thing.convert("RGB")).enhance(0.5), light)
    found = Image.new("RGB", thing.size, ground)
    found.paste(lit, mask=thing.getchannel("A"))
    return found


def scene(name: str) -> Image.Image:
    """The same thing in a room: no part of the picture is of one colour."""
    room = Image.new("RGB", (800, 600))
    draw = ImageDraw.Draw(room)
    for row in range(600):
        draw.line((0, row, 800, row), fill=(90 + row // 5, 120 + row // 10, 190 - row // 5))
    draw.ellipse((-100, 350, 300, 750), fill=(70, 130, 60))
    draw.rectangle((520, 60, 700, 300), fill=(240, 236, 220))
    room = room.filter(ImageFilter.GaussianBlur(6))
    thing = product(name).resize((600, 600))
    room.paste(thing, (100, 0), ImageOps.invert(thing.convert("L")).point(lambda value: 255 * (value > 8)))
    return room
