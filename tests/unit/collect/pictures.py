"""Pictures of made-up products, drawn on the spot, and what happens to pictures on their way from shop to shop."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

WHITE = (255, 255, 255)
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


def packed(image: Image.Image, kind: str = "JPEG", **how: Any) -> bytes:
    """The picture as a file."""
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def marked(image: Image.Image, at: tuple[float, float]) -> Image.Image:
    """With a seller's name over it, half transparent, beginning at this part of its sides."""
    over = Image.new("RGBA", image.size, (0, 0, 0, 0))
    font = ImageFont.load_default(size=image.width // 16)
    place = (at[0] * image.width, at[1] * image.height)
    ImageDraw.Draw(over).text(place, "shop.example", fill=(120, 120, 120, 130), font=font)
    return Image.alpha_composite(image.convert("RGBA"), over).convert("RGB")


def _cut_out(image: Image.Image) -> bytes:
    seen = image.convert("RGBA")
    seen.putalpha(ImageOps.invert(image.convert("L")).point(lambda value: 255 * (value > 8)))
    return packed(seen, "PNG")


def _turned(image: Image.Image) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter to the right
    return packed(image.transpose(Image.Transpose.ROTATE_90), quality=90, exif=exif)


def _film(image: Image.Image) -> bytes:
    return packed(image, "GIF", save_all=True, append_images=[product("chair").resize(image.size)], duration=100)


COPIES: dict[str, Callable[[Image.Image], bytes]] = {
    "packed hard": lambda image: packed(image, quality=25),
    "progressive": lambda image: packed(image, quality=80, progressive=True),
    "as WebP": lambda image: packed(image, "WEBP", quality=60),
    "as PNG with a palette": lambda image: packed(image.quantize(64), "PNG"),
    "in grey": lambda image: packed(image.convert("L"), quality=85),
    "in the printer's colours": lambda image: packed(image.convert("CMYK"), quality=85),
    "half as large": lambda image: packed(image.resize((image.width // 2, image.height // 2)), quality=80),
    "a thumbnail": lambda image: packed(image.resize((image.width // 6, image.height // 6)), quality=80),
    "twice as large": lambda image: packed(image.resize((image.width * 2, image.height * 2)), quality=80),
    "brighter": lambda image: packed(ImageEnhance.Brightness(image).enhance(1.1), quality=85),
    "marked in the middle": lambda image: packed(marked(image, (0.2, 0.5)), quality=85),
    "marked in a corner": lambda image: packed(marked(image, (0.55, 0.93)), quality=85),
    "with a white border": lambda image: packed(ImageOps.expand(image, image.width // 10, WHITE), quality=85),
    "with a wide white border": lambda image: packed(ImageOps.expand(image, image.width // 4, WHITE), quality=85),
    "on a white banner": lambda image: packed(ImageOps.pad(image, (1600, 800), color=WHITE), quality=85),
    "cut out": _cut_out,
    "turned, and told so": _turned,
    "the first of a film": _film,
}
