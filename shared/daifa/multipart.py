"""The fields and files of a form (RFC 7578), cut at its boundary; only the few header lines meet a MIME parser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import HTTP
from urllib.parse import parse_qs

from daifa.errors import Rejected

# A customer's form has a dozen fields and up to six photos.
MOST_PARTS = 40

# What a browser writes above a file: two lines and the file's name.
MOST_HEADERS = 4096


@dataclass
class Fields:
    """Text fields by name, each with all its values, and uploaded files by name."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[bytes]] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """The first value of a text field, stripped; empty if it was not sent."""
        return (self.texts.get(name) or [""])[0].strip()


def fields_of(content_type: str, body: bytes, most: int = MOST_PARTS) -> Fields:
    """A url-encoded or multipart form of at most so many fields; Rejected if it is neither."""
    kind = content_type.split(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        text = body.decode("utf-8", "replace")
        try:
            return Fields(parse_qs(text, keep_blank_values=True, max_num_fields=most))
        except ValueError as error:
            raise Rejected("http.not_a_form") from error
    if kind != "multipart/form-data" or "\r" in content_type or "\n" in content_type:
        raise Rejected("http.not_a_form")
    fields = Fields()
    for head, data in _parts(_boundary(content_type), body, most):
        name = head.get_param("name", header="content-disposition")
        if not isinstance(name, str):
            continue
        if head.get_filename() is not None:
            if data:
                fields.files.setdefault(name, []).append(data)
        else:
            fields.texts.setdefault(name, []).append(data.decode("utf-8", "replace"))
    return fields


def _boundary(content_type: str) -> bytes:
    found = _headers(f"Content-Type: {content_type}".encode()).get_boundary()
    if not found or not found.isascii():
        raise Rejected("http.not_a_form")
    return found.encode()


def _parts(boundary: bytes, body: bytes, most: int) -> Iterator[tuple[Message, bytes]]:
    """Each part's headers and bytes; Rejected unless the last one is closed and there are not too many."""
    _, *parts = (b"\r\n" + body).split(b"\r\n--" + boundary, most + 1)
    for part in parts:
        if part.startswith(b"--"):
            return
        head, gap, data = part.lstrip(b" \t").partition(b"\r\n\r\n")
        if not gap or len(head) > MOST_HEADERS:
            break
        yield _headers(head.removeprefix(b"\r\n")), data
    raise Rejected("http.not_a_form")


def _headers(lines: bytes) -> Message:
    return BytesHeaderParser(policy=HTTP).parsebytes(lines)
