"""What the deployment says, read from the environment once by the composition root."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Names of the parts this function may use; a part it may not use is an empty string."""

    orders_table: str
    catalog_table: str
    vault_table: str
    queues: Mapping[str, str]
    snapshot_bucket: str
    media_bucket: str
    public_url: str
    secrets_prefix: str
    mail_from: str
    locale: str
    recipient_days: int

    @classmethod
    def from_environment(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """Read what `template.yaml` sets for this function."""
        rooms = ("inbox", "forward", "tracking", "aftersales", "notify", "fetch", "catalogue")
        return cls(
            orders_table=env.get("ORDERS_TABLE", ""),
            catalog_table=env.get("CATALOG_TABLE", ""),
            vault_table=env.get("VAULT_TABLE", ""),
            queues={room: env.get(f"{room.upper()}_QUEUE", "") for room in rooms},
            snapshot_bucket=env.get("SNAPSHOT_BUCKET", ""),
            media_bucket=env.get("MEDIA_BUCKET", ""),
            public_url=env.get("PUBLIC_URL", "").rstrip("/"),
            secrets_prefix=env.get("SECRETS_PREFIX", "daifa"),
            mail_from=env.get("MAIL_FROM", ""),
            locale=env.get("LANGUAGE", "zh-CN"),
            recipient_days=int(env.get("RECIPIENT_DAYS", "180")),
        )
