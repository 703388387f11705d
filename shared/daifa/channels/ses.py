"""E-mail through Amazon SES (API v2, SendEmail with a raw MIME message)."""

from __future__ import annotations

import hashlib
import re
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
)

from daifa.models.words import Outgoing
from daifa.ports import Done, NeverSent, Outcome, Refused, Unclear, Wire

# One call, no retry of the SDK's own: a repeated send is a second mail.
ONCE = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 1})

THROTTLED = {"TooManyRequestsException", "LimitExceededException", "ThrottlingException", "Throttling"}
# Who we are was not accepted, so nothing was looked at.
NOT_LET_IN = {"ExpiredTokenException", "InvalidSignatureException", "UnrecognizedClientException"}
REFUSED = {
    "AccessDeniedException",
    "AccountSuspendedException",
    "BadRequestException",
    "MailFromDomainNotVerifiedException",
    "MessageRejected",
    "NotFoundException",
    "SendingPausedException",
}

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")


class Ses:
    """One sender. Option `from`: `name@host` or `Name <name@host>`; `region` if it is not the function's own."""

    def __init__(self, wire: Wire, client: Any = None) -> None:
        self._wire = wire
        self._given = client

    @property
    def _client(self) -> Any:
        return self._given or _made(self._wire.options.get("region", ""), self._wire.endpoint)

    def send(self, message: Outgoing) -> Outcome:
        """One call, no retry: mail this; Done carries SES's message id.

        A subject, address or file name with a line break is refused here and never sent (catalogue F59).
        """
        sender = self._wire.options.get("from", "")
        to = address(message.to)
        if not to or not address(parseaddr(sender)[1]):
            return Refused("address", "channel.refused.address")
        if any(_CONTROL.search(text) for text in (message.subject, sender, *(file.name for file in message.files))):
            return Refused("header", "channel.refused.header")
        if not message.text.strip():
            return Refused("empty", "channel.refused.empty")
        raw = self.mime(message, sender, to)
        try:
            reply = self._client.send_email(
                FromEmailAddress=parseaddr(sender)[1],
                Destination={"ToAddresses": [to]},
                Content={"Raw": {"Data": raw}},
            )
        except ClientError as error:
            return _classified(error)
        except (EndpointConnectionError, ConnectTimeoutError, NoCredentialsError) as error:
            return NeverSent(type(error).__name__)
        except BotoCoreError as error:
            return Unclear(type(error).__name__)
        sent_as = reply.get("MessageId")
        return Done(sent_as) if isinstance(sent_as, str) and sent_as else Unclear("no message id")

    def mime(self, message: Outgoing, sender: str, to: str) -> bytes:
        """The message as it travels: text, HTML beside it, files; mails with one reference form one thread."""
        host = parseaddr(sender)[1].rpartition("@")[2]
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"] = sender
        mail["To"] = to
        mail["Subject"] = message.subject
        mail["Date"] = format_datetime(self._wire.clock.now())
        if message.reference:
            # SES puts its own Message-ID in place of ours; the thread hangs on References.
            thread = re.sub(r"[^A-Za-z0-9._-]", "-", message.reference)
            said = hashlib.sha256("\x1f".join((message.to, message.subject, message.text)).encode()).hexdigest()[:16]
            mail["Message-ID"] = f"<{thread}.{said}@{host}>"
            mail["References"] = f"<{thread}@{host}>"
            mail["In-Reply-To"] = f"<{thread}@{host}>"
        mail.set_content(message.text)
        if message.html:
            mail.add_alternative(message.html, subtype="html")
        for file in message.files:
            kind, _, subtype = file.content_type.partition("/")
            mail.add_attachment(file.body, maintype=kind, subtype=subtype, filename=file.name)
        return mail.as_bytes()


@cache
def _made(region: str, endpoint: str) -> Any:
    """One client per process: making one reads the service's description, which takes longer than a mail."""
    return boto3.client("sesv2", region_name=region or None, endpoint_url=endpoint or None, config=ONCE)


def address(text: str) -> str:
    """The one e-mail address in the text as ASCII (`a@例子.cn` -> `a@xn--…`), empty if it is not exactly one."""
    local, at, domain = text.rpartition("@")
    try:
        host = domain.encode("idna").decode() if domain else ""
    except UnicodeError:
        return ""
    plain = at and len(text) <= 254 and _LOCAL_PART.fullmatch(local) and _DOMAIN.fullmatch(host)
    return f"{local}@{host}" if plain else ""


def _classified(error: ClientError) -> Outcome:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if status >= 500:
        return Unclear(f"{code}, status {status}")
    if code in THROTTLED or code in NOT_LET_IN or status == 429:
        return NeverSent(code)
    if code in REFUSED:
        return Refused(code, "channel.refused.vendor", {"code": code})
    return Unclear(f"{code}, status {status}")
