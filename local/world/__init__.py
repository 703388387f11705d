"""The other side of every wire: small, strict servers that speak the documented protocols on 127.0.0.1.

It shares no code with the product on purpose: a second, independent reading of each protocol is what makes it a check.
"""

from local.world.mailbox import Letter, Mailbox
from local.world.remote import Remote
from local.world.world import World

__all__ = ["Letter", "Mailbox", "Remote", "World"]
