"""The fields and files of a form, read by the standard library's own MIME parser."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qs

from daifa.errors import Rejected

# A form of ours has a dozen fields and up to six photos.
MOST_PARTS = 40


@dataclass
class Fields:
    """Text fields by name, each with all its values, and uploaded files by name."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[bytes]] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """The first value of a text field, stripped; empty if it was not sent."""
        return (self.texts.get(name) or [""])[0].strip()


def fields_of(content_type: str, body: bytes) -> Fields:
    """A url-encoded or multipart form; Rejected if it is neither."""
    kind = content_type.split(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return Fields(parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=500))
    if kind != "multipart/form-data" or "\r" in content_type or "\n" in content_type:
        raise Rejected("http.not_a_form")
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    parts = message.get_payload()
    if not isinstance(parts, list) or len(parts) > MOST_PARTS:
        raise Rejected("http.not_a_form")
    fields = Fields()
    for part in parts:
        if not isinstance(part, Message):
            continue
        name = part.get_param("name", header="content-disposition")
        data = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(data, bytes):
            continue
        if part.get_filename() is not None:
            if data:
                fields.files.setdefault(name, []).append(data)
        else:
            fields.texts.setdefault(name, []).append(data.decode("utf-8", "replace"))
    return fields
