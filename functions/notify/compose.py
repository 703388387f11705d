"""Put a notice into words: in the reader's language, with the reader's own link, addressed at the last moment."""

from __future__ import annotations

from daifa.app import App
from daifa.errors import NotFound
from daifa.models.ids import PoNumber
from daifa.models.words import Notice, Outgoing, Party
from daifa.pages import Html, mark
from daifa.signing import LinkKind
from daifa.texts import t

# A customer may come back to the page for as long as an agreement's longest clause lets them complain, and a little
# more.
CUSTOMER_DAYS = 120
SUPPLIER_DAYS = 30


def compose(notice: Notice, app: App) -> tuple[Outgoing, str]:
    """The message ready to leave, and the words of it that the conversation keeps (no address, no link)."""
    values = notice.values | {"shop": app.catalog.shop(notice.shop).name}
    subject = t(notice.locale, f"{notice.template}.subject", **values)
    text = t(notice.locale, f"{notice.template}.text", **values)
    link, label = _link(notice, app)
    whole = f"{text}\n\n{label}\n{link}" if link else text
    message = Outgoing(
        to=_address(notice, app),
        subject=subject,
        text=whole,
        html=str(_html(text, link, label)) if notice.channel == "ses" else "",
        reference=notice.id,
    )
    return message, text


def _address(notice: Notice, app: App) -> str:
    if notice.to is Party.CUSTOMER:
        return app.vault.get(notice.recipient, app.clock.now()).email if notice.recipient else ""
    if notice.supplier is None:
        return ""
    if notice.channel == "ses":
        return app.catalog.supplier(notice.supplier).email
    try:
        return str(app.secrets.get(f"supplier/{notice.supplier}").get("robot_key", ""))
    except NotFound:
        return ""


def _link(notice: Notice, app: App) -> tuple[str, str]:
    now = app.clock.now()
    if notice.to is Party.CUSTOMER:
        url = app.links.url(LinkKind.CUSTOMER, notice.shop, notice.order, "order", now, CUSTOMER_DAYS)
        return url, t(notice.locale, "notice.your_order")
    if po := notice.values.get("po"):
        url = app.links.url(LinkKind.SUPPLIER, notice.shop, notice.order, PoNumber(po), now, SUPPLIER_DAYS)
        return url, t(notice.locale, "notice.open_purchase")
    return "", ""


def _html(text: str, link: str, label: str) -> Html:
    paragraphs = Html("".join(mark("<p>{line}</p>", line=line) for line in text.split("\n") if line.strip()))
    button = mark(
        '<p><a href="{link}" style="display:inline-block;padding:12px 20px;background:#1f6feb;color:#ffffff;'
        'border-radius:6px;text-decoration:none">{label}</a></p><p style="font-size:12px;color:#57606a">{link}</p>',
        link=link,
        label=label,
    )
    return mark(
        '<!doctype html><html><body style="margin:0"><table role="presentation" width="100%"><tr><td align="center">'
        '<table role="presentation" width="600" style="max-width:600px;font:16px/1.6 sans-serif"><tr>'
        '<td style="padding:24px">{paragraphs}{button}</td></tr></table></td></tr></table></body></html>',
        paragraphs=paragraphs,
        button=button if link else Html(""),
    )
