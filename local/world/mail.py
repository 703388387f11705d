"""The mail service: SES v2's SendEmail, keeping every message whole (the emulator throws attachments away)."""

from __future__ import annotations

import base64
import binascii
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

from local.world import catalogue
from local.world.wire import Party, Reply, Request, json_reply, verb

# docs.aws.amazon.com/ses: 40 MB after base64 for the v2 API.
MAX_MESSAGE = 40 * 1024 * 1024
SIGNED = re.compile(
    r"^AWS4-HMAC-SHA256 Credential=[^/]+/\d{8}/[^/]+/ses/aws4_request, ?SignedHeaders=[^,]+, ?Signature=[0-9a-f]{64}$"
)


class Mail(Party):
    """POST /v2/email/outbound-emails and /v2/email/identities; nothing is delivered further, everything is kept."""

    name = "mail"
    prefix = "/mail"
    kinds = frozenset({"throttled", "rejected"})
    id_keys = frozenset({"MessageId"})

    def seed(self) -> dict[str, Any]:
        """One verified sender domain, no letter."""
        return {"identities": [catalogue.MAIL_FROM.partition("@")[2]], "letters": [], "count": 0}

    def operation(self, request: Request) -> str:
        """`send`, `identity` or the path."""
        return {"/v2/email/outbound-emails": "send", "/v2/email/identities": "identity"}.get(request.path, request.path)

    def answer(self, request: Request) -> Reply:
        """Keep the letter, or refuse as SES does: unsigned, unverified sender, no addressee, not a message."""
        if not SIGNED.match(request.headers.get("authorization", "")):
            return _error(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
        if request.method != "POST" or request.operation not in ("send", "identity"):
            return _error(404, "UnknownOperationException", "unknown operation")
        try:
            asked = request.json()
        except ValueError:
            return _error(400, "SerializationException", "not JSON")
        if request.operation == "identity":
            self.verify(str(asked.get("EmailIdentity", "")))
            return json_reply({"IdentityType": "DOMAIN", "VerifiedForSendingStatus": True})
        if request.told == "throttled":
            return _error(429, "TooManyRequestsException", "Maximum sending rate exceeded.")
        if request.told == "rejected":
            return _error(400, "MessageRejected", "Address is on the suppression list")
        return self._send(asked)

    def _send(self, asked: dict[str, Any]) -> Reply:
        destination = asked.get("Destination") or {}
        to, cc, bcc = (list(destination.get(f"{k}Addresses") or []) for k in ("To", "Cc", "Bcc"))
        content = asked.get("Content") or {}
        try:
            raw = _whole(asked.get("FromEmailAddress", ""), to, cc, asked.get("ReplyToAddresses") or [], content)
        except (KeyError, TypeError, ValueError) as error:
            return _error(400, "BadRequestException", f"Invalid content: {error}")
        message = message_from_bytes(raw, policy=policy.default)
        sender = str(asked.get("FromEmailAddress") or message["From"] or "")
        to = to or ([] if cc or bcc else [a.strip() for a in str(message["To"] or "").split(",") if a.strip()])
        if not self._verified(sender):
            return _error(
                400,
                "MessageRejected",
                f"Email address is not verified. The following identities failed the check: {sender}",
            )
        if not to + cc + bcc or not all("@" in parseaddr(a)[1] for a in to + cc + bcc):
            return _error(400, "BadRequestException", "Missing or illegal destination")
        if len(raw) * 4 // 3 > MAX_MESSAGE:
            return _error(400, "BadRequestException", "Message too long")
        self.state["count"] += 1
        number = f"{self.world.epoch:x}-{self.state['count']:08d}"
        self.state["letters"].append(
            {"id": number, "at": self.world.now().isoformat(), "from": sender, "to": to, "cc": cc, "bcc": bcc,
             "raw": base64.b64encode(raw).decode(), "tags": asked.get("EmailTags") or []}
        )  # fmt: skip
        return json_reply({"MessageId": number})

    def _verified(self, sender: str) -> bool:
        address = parseaddr(sender)[1].lower()
        return address in self.state["identities"] or address.partition("@")[2] in self.state["identities"]

    @verb
    def letters(self, to: str = "") -> list[dict[str, Any]]:
        """The letters kept, oldest first, to one address or to all; `raw` is base64 of the MIME message."""
        wanted = to.lower()
        return [
            letter for letter in self.state["letters"]
            if not to or wanted in (parseaddr(a)[1].lower() for a in letter["to"] + letter["cc"] + letter["bcc"])
        ]  # fmt: skip

    @verb
    def verify(self, identity: str) -> list[str]:
        """Accept one more sender, an address or a whole domain."""
        if identity and identity.lower() not in self.state["identities"]:
            self.state["identities"].append(identity.lower())
        known: list[str] = self.state["identities"]
        return known


def _whole(sender: str, to: list[str], cc: list[str], reply_to: list[str], content: dict[str, Any]) -> bytes:
    """The MIME bytes of a Raw or Simple content; ValueError when there is neither."""
    if "Raw" in content:
        try:
            return base64.b64decode(content["Raw"]["Data"], validate=True)
        except binascii.Error as error:
            raise ValueError("Raw.Data is not base64") from error
    if "Simple" not in content:
        raise ValueError("neither Raw nor Simple")
    simple = content["Simple"]
    message = EmailMessage()
    message["From"], message["Subject"] = sender, simple["Subject"]["Data"]
    for name, addresses in (("To", to), ("Cc", cc), ("Reply-To", reply_to)):
        if addresses:
            message[name] = ", ".join(addresses)
    for header in simple.get("Headers") or []:
        message[header["Name"]] = header["Value"]
    body = simple["Body"]
    if not ("Text" in body or "Html" in body):
        raise ValueError("Body has neither Text nor Html")
    message.set_content(body.get("Text", {}).get("Data", ""))
    if "Html" in body:
        message.add_alternative(body["Html"]["Data"], subtype="html")
    for part in simple.get("Attachments") or []:
        main, _, sub = part.get("ContentType", "application/octet-stream").partition("/")
        message.add_attachment(
            base64.b64decode(part["RawContent"]), maintype=main, subtype=sub, filename=part["FileName"]
        )
    return message.as_bytes()


def _error(status: int, kind: str, message: str) -> Reply:
    return json_reply({"message": message}, status, **{"x-amzn-ErrorType": kind})
