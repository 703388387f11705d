"""The same thing at two suppliers on the running system: proposed, and then their pictures are looked at."""

from __future__ import annotations

from typing import Any

import pytest

from local.play import Play
from local.running import Running
from local.seed import SHOP

pytestmark = pytest.mark.integration


def collected(run: Running, address: str) -> dict[str, Any]:
    """The product at this address of the world, collected now."""
    job = run.api("POST", "/api/collect", {"shop": SHOP, "url": f"{run.world.url}/shops/{address}"})["job"]

    def there() -> Any:
        told = run.api("GET", f"/api/collect/{job}?shop={SHOP}")
        assert told["job"]["state"] != "FAILED", told["job"]["error"]
        return told["product"] if told["job"]["state"] == "COLLECTED" else None

    found: dict[str, Any] = Play(run, "en").until(there, f"{address} to be collected")
    return found


def test_the_pictures_of_what_may_be_one_thing_are_looked_at_once_and_speak(run: Running) -> None:
    run.world.pages.change("kiln-mug", title="Heavy Cotton Tote Bag", brand="Tierra")
    # Less than what counts as a jump: whatever collected it before follows its page.
    run.world.pages.change("kiln-mug", "KC-MUG-01", price="39.50")
    before = len(run.world.received("pages"))
    try:
        theirs, ours = collected(run, "pottery/products/kiln-mug"), collected(run, "tierra/wholesale/cotton-tote")
        run.api("POST", f"/api/products/{ours['id']}/matches", {"shop": SHOP, "ver": ours["ver"]})

        def compared() -> Any:
            found = run.api("GET", f"/api/products/{ours['id']}?shop={SHOP}", language="en")["matches"]
            texts = [reason["text"] for each in found for reason in each["reasons"]]
            return [text for text in texts if "main pictures" in text] or None

        (said,) = Play(run, "en").until(compared, "the pictures to be compared")
        assert "of 64 features" in said
        offers = run.api("GET", f"/api/products/{theirs['id']}?shop={SHOP}")["offers"]
        assert all(len(offer["image_hash"]) == 16 for offer in offers)
        asked = [seen.path for seen in run.world.received("pages")[before:] if "/img/" in seen.path]
        assert len(asked) == len(set(asked)) == 2
    finally:
        run.world.pages.change("kiln-mug", title="Kiln Mug", brand="Kiln & Clay")
        run.world.pages.change("kiln-mug", "KC-MUG-01", price="56.00")
