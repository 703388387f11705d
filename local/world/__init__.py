"""The other side of every wire: small, strict servers that speak the documented protocols on 127.0.0.1.

It shares no code with the product on purpose: a second, independent reading of each protocol is what makes it a check.

    /shops/{site}/...            pages: supplier websites          /robots.txt and /shops/{site}/robots.txt
    /1688/openapi/param2/...     gateway1688: 1688's open gateway
    /cj/api2.0/v1/...            cj: CJ Dropshipping's API 2.0, and the sender of its webhooks
    /shop/admin/api/...          shop: Shopify's Admin GraphQL API, and the sender of its webhooks
    /kuaidi100/...               kuaidi100: query, subscribe, recognise, and the sender of its pushes
    /wecom/cgi-bin/webhook/send  wecom: group robots
    /mail/v2/email/...           mail: SES v2's SendEmail, every letter kept whole
    /_control/...                control: catalogue, endpoints, credentials, received, sent, faults, {party}/{verb}

`with World() as world:` in a test; `python -m local.world --port 8899 --state FILE` as a process, with `Remote(url)`.
"""

from local.world.mailbox import Letter, Mailbox
from local.world.remote import Remote
from local.world.world import World

__all__ = ["Letter", "Mailbox", "Remote", "World"]
