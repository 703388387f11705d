"""Laws of a job for many products: nobody is left out or done twice, and its counts are its items."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from daifa.models.bulk import Bulk, BulkItem, BulkKind
from daifa.models.ids import BulkId, ProductId, ShopId
from daifa.models.states import BulkState, ItemState
from daifa.rules.bulk import PART, counted, placed, settled

NOW = datetime(2026, 11, 25, tzinfo=UTC)
NAMES = st.lists(st.text("abcdef", min_size=1, max_size=4).map(ProductId), unique=True, max_size=300)
ITEMS = st.lists(st.builds(BulkItem, name=st.just(ProductId("p")), state=st.sampled_from(ItemState)), max_size=40)


def a_job(state: BulkState = BulkState.PREPARING) -> Bulk:
    return Bulk(
        id=BulkId("b"), shop=ShopId("demo"), kind=BulkKind.LIST, state=state, by="m", created_at=NOW, changed_at=NOW
    )


@given(NAMES, NAMES)
def test_every_product_has_one_place_even_if_products_come_and_go_meanwhile(
    names: list[ProductId], more: list[ProductId]
) -> None:
    job, places = a_job(), []
    seen = [names, sorted({*names, *more})]
    while job.cursor is not None:
        job, parts = placed(job, seen[min(len(places), 1)])
        places += parts
    held = [item.name for part in places for item in part.items]
    assert [part.number for part in places] == list(range(job.parts))
    assert all(len(part.items) <= PART for part in places)
    assert len(set(held)) == len(held) == job.total
    assert set(names) <= set(held) <= {*names, *more}


@given(ITEMS, st.data())
def test_the_counts_of_a_job_are_those_of_its_items(items: list[BulkItem], data: st.DataObject) -> None:
    job = a_job().model_copy(update={"counts": dict(Counter(item.state for item in items))})
    after = [item.model_copy(update={"state": data.draw(st.sampled_from(ItemState))}) for item in items]
    assert counted(job, items, after)["counts"] == dict(Counter(item.state for item in after))


@given(ITEMS)
def test_a_part_is_settled_when_nothing_of_it_is_left_to_do(items: list[BulkItem]) -> None:
    states = {item.state for item in items}
    assert settled(a_job(BulkState.RUNNING), items) == (not states & {ItemState.WAITING, ItemState.STARTED})
    assert settled(a_job(BulkState.UNDOING), items) == (not states & {ItemState.DONE, ItemState.STARTED})
