"""The composition root: everything that touches the outside is made here, once, and handed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from typing import Any

import boto3
from botocore.config import Config

from daifa.aws import answering
from daifa.carriers import CARRIERS
from daifa.channels import CHANNELS
from daifa.clock import Clock, SystemClock
from daifa.errors import NotFound
from daifa.http import Http
from daifa.ids import Ids, RandomIds
from daifa.models.catalog import Shop, Supplier
from daifa.ports import Carrier, Channel, Storefront, Wire
from daifa.ports import Supplier as SupplierPort
from daifa.queue import Queues
from daifa.secret_store import SecretStore
from daifa.settings import Settings
from daifa.signing import Links
from daifa.storefronts import STOREFRONTS
from daifa.suppliers import SUPPLIERS
from daifa.tables.catalog import Catalog
from daifa.tables.orders import Orders
from daifa.tables.vault import Vault

# Retries of the SDK are for reads and conditional writes alone, which are all safe to repeat; short enough for the
# shortest function (15 s).
AWS = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})


@dataclass(frozen=True)
class App:
    """What every verb needs of the outside, made on first use."""

    settings: Settings
    clock: Clock
    ids: Ids
    http: Http
    orders: Orders
    catalog: Catalog
    vault: Vault
    queues: Queues
    secrets: SecretStore
    media: Media
    snapshots: Media

    @cached_property
    def links(self) -> Links:
        """Makes and reads the signed links."""
        secret = self.secrets.get("links")
        # The template's own key is the oldest one: rotating puts a new one first in "keys".
        born_with = [secret["generated"]] if "generated" in secret else []
        return Links([*secret["keys"], *born_with], self.settings.public_url)

    def storefront(self, shop: Shop) -> Storefront:
        """The adapter for this shop's platform, speaking for this shop."""
        made: Storefront = _made(STOREFRONTS, shop.platform)(
            self._wire(shop.id, shop.endpoint, f"shop/{shop.id}", shop.locale)
        )
        return made

    def supplier(self, supplier: Supplier) -> SupplierPort:
        """The adapter for this supplier's way of taking orders."""
        wire = Wire(
            id=supplier.id,
            endpoint=supplier.endpoint,
            secret=self.secrets.get(f"supplier/{supplier.id}") if supplier.adapter != "email" else {},
            http=self.http,
            clock=self.clock,
            locale=supplier.locale,
            options=supplier.options,
            mail=self.channel("ses") if supplier.adapter == "email" else None,
            sheet=supplier.sheet,
        )
        made: SupplierPort = _made(SUPPLIERS, supplier.adapter)(wire)
        return made

    def carrier(self, name: str) -> Carrier:
        """The adapter for a tracking service."""
        secret = self.secrets.get(f"carrier/{name}")
        made: Carrier = _made(CARRIERS, name)(self._wire(name, str(secret.get("endpoint", "")), f"carrier/{name}"))
        return made

    def channel(self, name: str) -> Channel:
        """The adapter for a way of sending words."""
        secret = self._channel_secret(name)
        made: Channel = _made(CHANNELS, name)(
            Wire(
                id=name,
                endpoint=str(secret.get("endpoint", "")),
                secret=secret,
                http=self.http,
                clock=self.clock,
                options={"from": self.settings.mail_from},
            )
        )
        return made

    def _channel_secret(self, name: str) -> Mapping[str, Any]:
        """What a channel needs beyond the address it is given; most need nothing."""
        if name == "ses":
            return {}
        try:
            return self.secrets.get(f"channel/{name}")
        except NotFound:
            return {}

    def _wire(self, name: str, endpoint: str, secret: str, locale: str = "zh-CN") -> Wire:
        return Wire(
            id=name,
            endpoint=endpoint,
            secret=self.secrets.get(secret),
            http=self.http,
            clock=self.clock,
            locale=locale,
        )


class Media:
    """Files by key in one bucket: photos given as evidence, or suppliers' pages as we read them."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Keep a photo."""
        with answering(self._bucket):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=content_type)

    def get(self, key: str) -> tuple[bytes, str]:
        """A photo's bytes and content type; NotFound if there is none."""
        try:
            with answering(self._bucket):
                reply = self._client.get_object(Bucket=self._bucket, Key=key)
                return reply["Body"].read(), reply["ContentType"]
        except self._client.exceptions.NoSuchKey as error:
            raise NotFound("photo.missing") from error


def _made(registry: dict[str, str], name: str) -> Any:
    if name not in registry:
        raise NotFound("adapter.missing", name=name)
    module, _, attribute = registry[name].partition(":")
    return getattr(import_module(module), attribute)


def build(settings: Settings, clock: Clock, ids: Ids) -> App:
    """Wire a whole application against the AWS that the environment names."""
    session = boto3.session.Session()
    dynamodb = session.client("dynamodb", config=AWS)
    s3 = session.client("s3", config=AWS)
    return App(
        settings=settings,
        clock=clock,
        ids=ids,
        http=Http(clock),
        orders=Orders(dynamodb, settings.orders_table),
        catalog=Catalog(dynamodb, settings.catalog_table),
        vault=Vault(dynamodb, settings.vault_table),
        queues=Queues(session.client("sqs", config=AWS), settings.queues),
        secrets=SecretStore(session.client("secretsmanager", config=AWS), settings.secrets_prefix, clock.monotonic),
        media=Media(s3, settings.media_bucket),
        snapshots=Media(s3, settings.snapshot_bucket),
    )


@cache
def app() -> App:
    """The application of this process."""
    return build(Settings.from_environment(), SystemClock(), RandomIds())
