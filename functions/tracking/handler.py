"""What wakes this room: a purchase that may have shipped, a parcel, the half hour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from daifa.app import app
from daifa.messages import Room, Wake
from daifa.queue import each_wake
from daifa.sweep import sweep
from tracking.follow import follow
from tracking.ship import ship


def on_message(event: dict[str, Any], context: LambdaContext) -> Mapping[str, Any]:
    """Look for parcels of a purchase, or bring one parcel up to date."""
    return each_wake(event, context, _one)


def on_schedule(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Wake the parcels whose time to be asked for has come."""
    return sweep(Room.TRACKING, app())


def _one(wake: Wake) -> None:
    if wake.kind == "purchase":
        ship(wake, app())
    elif wake.kind == "shipment":
        follow(wake, app())
