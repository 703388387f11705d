"""Which characters the bytes of a page are, when its declarations may be missing, late or lying."""

from __future__ import annotations

import codecs
import re

BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# What browsers read when a page says this: the supersets hold characters that the declared set lacks.
WIDER = {
    "gbk": "gb18030", "gb2312": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "hz-gb-2312": "gb18030",
    "iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252",
    "shift_jis": "cp932", "x-sjis": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "big5": "big5hkscs",
    "iso-8859-9": "cp1254", "tis-620": "cp874", "windows-874": "cp874", "x-windows-874": "cp874",
    "iso-8859-11": "cp874", "unicode": "utf-8", "utf8": "utf-8",
}  # fmt: skip
# Declarations stand in <meta> only: the charset of a <script> is the script's own. Taobao has the meta far down.
META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.\-]{2,40})", re.IGNORECASE)
SEARCHED = 100_000
BAD_SHARE = 0.001
# With so few characters no statistics help: what pairs up as everyday Chinese is taken as such.
FEW = 60


def decode(body: bytes, content_type: str | None = None) -> str:
    """The page's text: byte-order mark, else UTF-8 if it nearly is, else what is declared, else what fits best."""
    body = single(body, content_type)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode(doubted(body, content_type), "replace")


def single(body: bytes, content_type: str | None = None) -> bytes:
    """The page without its byte-order mark, in an encoding in which tags are single bytes: UTF-16 becomes UTF-8."""
    for mark, name in BOMS:
        if body.startswith(mark):
            text = body[len(mark) :]
            return text if name == "utf-8" else _as_utf8(text, name)
    if body[:200].count(0) > 20 and (declared := _declared(body, content_type)) and declared.startswith("utf-16"):
        return _as_utf8(body, declared)
    return body


def _as_utf8(body: bytes, name: str) -> bytes:
    return body.decode(name, "replace").encode("utf-8", "replace")


def doubted(body: bytes, content_type: str | None = None) -> str:
    """The encoding of a page that is not UTF-8 from beginning to end, so that what it declares matters."""
    declared = _declared(body, content_type)
    if declared and declared.startswith("utf-16"):
        return "utf-8"
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    beyond_ascii = len(body) - len(text) + bad
    if bad < BAD_SHARE * len(text) and beyond_ascii > 3 * bad:
        return "utf-8"
    return declared if declared and declared != "utf-8" else _best(body)


def _declared(body: bytes, content_type: str | None) -> str | None:
    header = re.search(r"charset\s*=\s*[\"']?([\w:.\-]+)", content_type or "", re.IGNORECASE)
    meta = META.search(body[:SEARCHED])
    for name in (header[1] if header else "", meta[1].decode("ascii") if meta else ""):
        known = _known(name)
        # A header of ISO-8859-1 is a server's default, not a statement: the page's own word counts more.
        if known and not (known == "cp1252" and meta and name == (header[1] if header else "")):
            return known
    return None


def _known(name: str) -> str | None:
    wider = WIDER.get(name.lower(), name.lower())
    try:
        return wider if codecs.lookup(wider)._is_text_encoding else None
    except (LookupError, ValueError):
        return None


def _best(body: bytes) -> str:
    """The encoding of undeclared bytes: Chinese if nearly all pair up as such, else a detector's word over a sample."""
    text = body.decode("gb18030", "replace")
    beyond = [char for char in text[:200_000] if char > "\x7f"]
    chinese = sum("\u4e00" <= char <= "\u9fff" for char in beyond)
    if len(beyond) <= FEW and chinese >= 2 and all(_in_gb2312(char) for char in beyond):
        return "gb18030"
    if text.count("\ufffd") < BAD_SHARE * len(text) and chinese > 10 and _common(text) > chinese // 50:
        return "gb18030"
    from charset_normalizer import from_bytes  # loaded only for the rare page that declares nothing

    found = from_bytes(_interesting(body), steps=4, chunk_size=512, threshold=0.3).best()
    return found.encoding if found else "cp1252"


def _in_gb2312(char: str) -> bool:
    """Whether both its bytes are high ones, as in the Chinese that people really write."""
    try:
        return len(char.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


def _common(text: str) -> int:
    """How many of the commonest Chinese characters stand in the text: random double bytes hold few."""
    return sum(text.count(char) for char in "的一是不了在有人这中大为上个我价品商")


def _interesting(body: bytes) -> bytes:
    """At most 32 kB around the first bytes that are not ASCII."""
    first = re.search(rb"[\x80-\xff]", body)
    start = max(0, first.start() - 200) if first else 0
    return body[start : start + 32_768]
