"""What a picture looks like in 64 bits, so that two copies of one picture are alike; every file may be hostile."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Sequence

# The four that may be opened, by name: whoever asks Pillow for a format it does not hold yet has it load them all.
from PIL import (
    GifImagePlugin,
    Image,
    ImageChops,
    ImageFilter,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from daifa.errors import Rejected

FORMATS = (
    JpegImagePlugin.JpegImageFile.format,
    PngImagePlugin.PngImageFile.format,
    WebPImagePlugin.WebPImageFile.format,
    GifImagePlugin.GifImageFile.format,
)
# The most that shops take (5000 x 5000). Unpacking needs up to 8 bytes a pixel, of WebP 16; the function has 512 MB.
MOST_PIXELS, MOST_WEBP = 25_000_000, 16_000_000
# Smaller ones are beacons and icons.
LEAST_SIDE = 32
# Cameras and shops write a JPEG in at most a dozen scans; each one costs a walk over the whole picture.
MOST_SCANS, SCAN = 50, b"\xff\xda"

# Everything is done on a copy of at most this many pixels a side.
SIDE = 256
# By so much of 255 a part may differ from the corners and still be background: packing leaves some noise there.
BACKGROUND = 24
# Corners are looked at so many points inside, where no edge is blurred; a border around a plain ground are two grounds.
INSIDE, GROUNDS = 2, 2
# What is thinner than so many points is writing laid over the picture, or noise, and says nothing of the thing's size.
THIN = 3
# Where the thing ends is told by its middle, which leaves out this part of it on each side: a stray spot moves an edge,
# but hardly the middle.
TAIL = 0.2
# Coarse waves of the brightness that each decide one bit, along both sides of a field of so many points.
POINTS, WAVES = 32, 9
# A wave of less than this part of the usual strength is noise, and noise must not decide a bit.
FAINT = 0.1
# A picture whose waves are weaker than this shows nothing.
FLAT = 8.0

_COSINES = [[math.cos((2 * x + 1) * u * math.pi / (2 * POINTS)) for x in range(POINTS)] for u in range(WAVES)]
# The 64 coarsest waves, without the one that is the brightness of the whole.
_CHOSEN = sorted(((v, u) for v in range(WAVES) for u in range(WAVES)), key=lambda wave: (sum(wave), wave))[1:65]

Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def image_hash(body: bytes) -> str:
    """The 64 bits of a picture in hex; Rejected (`picture.*`) if it can't be opened, is too large or shows nothing."""
    # Not as bytes of the picture itself: there a 0xff is always followed by 0x00.
    if body.count(SCAN) > MOST_SCANS and body.startswith(b"\xff\xd8"):
        raise Rejected("picture.too_large", limit=MOST_PIXELS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _bits(_thing(_small(body)))
    except Rejected:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Rejected("picture.too_large", limit=MOST_PIXELS) from error
    except Exception as error:  # Pillow's readers let whatever a broken file provokes through.
        raise Rejected("picture.unreadable") from error


def _small(body: bytes) -> Image.Image:
    """The first frame as people see it: upright, on white, small."""
    with Image.open(io.BytesIO(body), formats=FORMATS) as found:
        limit = MOST_WEBP if found.format == "WEBP" else MOST_PIXELS
        if found.width * found.height > limit:
            raise Rejected("picture.too_large", limit=limit)
        if min(found.size) < LEAST_SIDE:
            raise Rejected("picture.too_small", width=found.width, height=found.height)
        # A JPEG is unpacked no larger than it is needed.
        found.draft("RGB", (SIDE, SIDE))
        seen = found if found.mode in ("L", "RGB", "RGBA", "CMYK") else found.convert("RGBA")
        seen.thumbnail((SIDE, SIDE))
        seen.info = found.info
        upright = ImageOps.exif_transpose(seen).convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright).convert("RGB")


def _thing(image: Image.Image) -> Image.Image:
    """The part that is neither border nor background."""
    for _ in range(GROUNDS):
        image = _before_its_ground(image)
    return image


def _before_its_ground(image: Image.Image) -> Image.Image:
    """The part that is not of the corners' colour, if all four are of one; else the whole."""
    width, height = image.size
    corners = ((x, y) for x in (INSIDE, width - 1 - INSIDE) for y in (INSIDE, height - 1 - INSIDE))
    ground, *others = (_pixel(image, x, y) for x, y in corners)
    if any(abs(a - b) > BACKGROUND for other in others for a, b in zip(ground, other, strict=True)):
        return image
    red, green, blue = ImageChops.difference(image, Image.new("RGB", image.size, ground)).split()
    apart = ImageChops.lighter(ImageChops.lighter(red, green), blue).point(lambda value: 255 * (value > BACKGROUND))
    solid = apart.filter(ImageFilter.MinFilter(THIN)).filter(ImageFilter.MaxFilter(THIN))
    across = _span(solid.resize((width, 1), Image.Resampling.BOX).tobytes())
    down = _span(solid.resize((1, height), Image.Resampling.BOX).tobytes())
    if across is None or down is None:
        return image
    box = (across[0], down[0], across[1], down[1])
    size = (4 * POINTS, 4 * POINTS)
    return image.transform(size, Image.Transform.EXTENT, box, Image.Resampling.BILINEAR, fillcolor=ground)


def _pixel(image: Image.Image, x: int, y: int) -> tuple[int, int, int]:
    red, green, blue = image.crop((x, y, x + 1, y + 1)).tobytes()
    return red, green, blue


def _span(weights: Sequence[int]) -> tuple[float, float] | None:
    """Where something evenly spread would begin and end that has as much in its middle; None if that is next to
    nothing.
    """
    begin, end = _reached(weights, TAIL), _reached(weights, 1 - TAIL)
    beyond = (end - begin) * TAIL / (1 - 2 * TAIL)
    return (begin - beyond, end + beyond) if end - begin >= 2 else None


def _reached(weights: Sequence[int], part: float) -> float:
    """The place up to which this part of all weight lies."""
    wanted, seen = part * sum(weights), 0.0
    for place, weight in enumerate(weights):
        if weight and seen + weight >= wanted:
            return place + (wanted - seen) / weight
        seen += weight
    return 0.0


def _bits(image: Image.Image) -> str:
    """A bit for each of the coarsest waves (of a discrete cosine transform): whether it rises from the left or top."""
    field = image.convert("L").resize((POINTS, POINTS), Image.Resampling.BOX).tobytes()
    rows = [[_wave(u, field[start : start + POINTS]) for u in range(WAVES)] for start in range(0, len(field), POINTS)]
    columns = list(zip(*rows, strict=True))
    waves = [_wave(v, columns[u]) for v, u in _CHOSEN]
    strength = math.sqrt(sum(wave * wave for wave in waves) / len(waves))
    if strength < FLAT:
        raise Rejected("picture.blank")
    return f"{sum(1 << place for place, wave in enumerate(waves) if wave > FAINT * strength):016x}"


def _wave(number: int, values: Sequence[float]) -> float:
    return sum(cosine * value for cosine, value in zip(_COSINES[number], values, strict=True))
