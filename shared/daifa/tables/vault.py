"""The Vault table: the only place where people's names, phones and addresses are, under its own key, and not for
ever.
"""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import Any

from daifa.aws import answering
from daifa.errors import NotFound
from daifa.models.ids import RecipientId
from daifa.models.order import Recipient


class Vault:
    """Recipients with the raw event that named them; gone after their time, even before the table deletes them."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def put(self, recipient_id: RecipientId, recipient: Recipient, raw: bytes, expires: datetime) -> None:
        """Keep a recipient until `expires`; writing the same one again changes nothing that matters."""
        item: dict[str, Any] = {
            "pk": {"S": f"RECIPIENT#{recipient_id}"},
            "sk": {"S": "RECIPIENT"},
            "data": {"S": recipient.model_dump_json(exclude_defaults=True)},
            "expires_at": {"N": str(int(expires.timestamp()))},
        }
        if raw:
            item["raw"] = {"B": zlib.compress(raw, 6)}
        with answering(self._table):
            self._client.put_item(TableName=self._table, Item=item)

    def get(self, recipient_id: RecipientId, now: datetime) -> Recipient:
        """The recipient; NotFound if unknown or past its time."""
        with answering(self._table):
            reply = self._client.get_item(
                TableName=self._table,
                Key={"pk": {"S": f"RECIPIENT#{recipient_id}"}, "sk": {"S": "RECIPIENT"}},
                ProjectionExpression="#d, expires_at",
                ExpressionAttributeNames={"#d": "data"},
                ConsistentRead=True,
            )
        item = reply.get("Item")
        if not item or int(item["expires_at"]["N"]) <= now.timestamp():
            raise NotFound("recipient.gone")
        return Recipient.model_validate_json(item["data"]["S"])
