"""What every registered supplier adapter must hold, over real HTTP against the other side of its wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest

from daifa.errors import Retry, Unauthenticated
from daifa.models.ids import PoNumber
from daifa.models.money import total
from daifa.ports import Done, NeverSent, PurchaseRequest, Refused, Supplier, SupplierOrder, Unclear
from daifa.texts import LOCALES, texts
from local.world.world import World
from tests.contracts.faults import FAULTS, READ_FAULTS, Fault, order


@dataclass(frozen=True)
class Pushed:
    """One push as it arrived at a callback, and whether the other side was content with the answer it read there."""

    headers: Mapping[str, str]
    body: bytes
    taken: bool


def nothing(*_: object) -> None:
    """The other side need not be brought to anything."""


@dataclass(frozen=True)
class SupplierRig:
    """An adapter and the other side: which operations carry its calls, and how to look at what that side has.

    A vendor fills what its capabilities ask for. `nowhere` is a reference that no purchase has; `problems` are the
    faults of its own that make a quote say no, `dearer` raises the price of what is asked for; `by_hand` buys something
    without our number, `page` is how many purchases one answer lists at most; `settle` lets pass what must pass before
    a new purchase can be cancelled, `pay_back` has the supplier agree to every refund asked for; `push` has the other
    side tell of a purchase to a callback that answers so (`forged`: signed with another key).
    """

    adapter: Supplier
    unreachable: Supplier
    world: World
    party: str
    place: str
    request: PurchaseRequest
    held: Callable[[], int]
    refusals: tuple[str, ...]
    find: str = ""
    pay: str = ""
    parcels: str = ""
    money_taken: Callable[[], int] = lambda: 0
    hand_over: Callable[[str, str], None] = nothing
    nowhere: str = ""
    quote: str = ""
    problems: tuple[str, ...] = ()
    dearer: Callable[[], None] = nothing
    recent: str = ""
    by_hand: Callable[[], str] = str
    page: int = 0
    cancel: str = ""
    cancelled: Callable[[], int] = int
    settle: Callable[[], None] = nothing
    refund: str = ""
    refunds: Callable[[], int] = int
    pay_back: Callable[[], None] = nothing
    push: Callable[[str, bytes, bool], Pushed] | None = None

    def calls(self, operation: str) -> int:
        """How often the other side was asked this."""
        return len(self.world.received(self.party, operation))

    def placed(self) -> str:
        """The reference of a purchase that went well."""
        outcome = self.adapter.place(self.request)
        assert isinstance(outcome, Done), outcome
        return outcome.reference

    def paid(self) -> str:
        """The reference of a purchase that went well and is paid."""
        reference = self.placed()
        if self.adapter.capabilities.pays_apart:
            outcome = self.adapter.pay(reference, self.request.total)
            assert isinstance(outcome, Done), outcome
        return reference

    def seen(self) -> SupplierOrder:
        """The purchase as it is found under our number."""
        found = self.adapter.find(self.request.number)
        assert found is not None
        return found

    def listed(self, hours: float = 1) -> dict[str, SupplierOrder]:
        """What was made or changed in the last hours, by reference."""
        told = list(self.adapter.recent(self.world.now() - timedelta(hours=hours)))
        assert len({one.reference for one in told}) == len(told)
        return {one.reference: one for one in told}


class SupplierKit:
    """For every supplier; inherit and give a `rig` fixture."""

    def test_a_placed_purchase_is_there_once_for_the_total_we_asked(self, rig: SupplierRig) -> None:
        outcome = rig.adapter.place(rig.request)
        assert isinstance(outcome, Done), outcome
        assert outcome.reference
        assert outcome.total in (None, rig.request.total)
        assert rig.held() == 1
        assert rig.calls(rig.place) == 1

    @pytest.mark.parametrize("fault", FAULTS, ids=[fault.kind for fault in FAULTS])
    def test_a_call_that_goes_wrong_says_only_what_is_proved_and_is_made_once(
        self, rig: SupplierRig, fault: Fault
    ) -> None:
        order(rig.world, rig.party, rig.place, fault.kind)
        outcome = rig.adapter.place(rig.request)
        assert type(outcome) is fault.outcome, outcome
        assert rig.held() == fault.effects
        assert rig.calls(rig.place) == 1

    def test_a_refusal_is_proved_and_leaves_nothing_behind(self, rig: SupplierRig) -> None:
        for kind in rig.refusals:
            order(rig.world, rig.party, rig.place, kind)
            outcome = rig.adapter.place(rig.request)
            assert isinstance(outcome, Refused), (kind, outcome)
            assert outcome.why.split(".")[0] in ("supplier", "channel")
        assert rig.held() == 0

    def test_nothing_is_sent_to_a_side_that_does_not_listen(self, rig: SupplierRig) -> None:
        assert isinstance(rig.unreachable.place(rig.request), NeverSent)

    def test_our_number_is_kept_whole(self, rig: SupplierRig) -> None:
        assert len(rig.request.number) <= rig.adapter.capabilities.max_number


class LookupKit:
    """For suppliers that can be asked by our number; inherit and give a `rig` fixture."""

    def test_an_answer_about_another_purchase_is_never_success(self, rig: SupplierRig) -> None:
        order(rig.world, rig.party, rig.place, "wrong_order")
        assert isinstance(rig.adapter.place(rig.request), Unclear)
        assert rig.held() == 1

    def test_a_purchase_is_found_under_our_number_and_only_there(self, rig: SupplierRig) -> None:
        assert rig.adapter.find(rig.request.number) is None
        reference = rig.placed()
        seen = rig.adapter.find(rig.request.number)
        assert seen is not None
        assert (seen.reference, seen.total, seen.state) == (reference, rig.request.total, "open")
        assert (seen.number, seen.paid, seen.refunded) == (rig.request.number, False, False)
        assert rig.adapter.find(PoNumber("DZZZZZZZZZZZZZZZZZZZZ")) is None

    @pytest.mark.parametrize("fault", FAULTS, ids=[fault.kind for fault in FAULTS])
    def test_after_any_fault_the_look_up_tells_the_truth(self, rig: SupplierRig, fault: Fault) -> None:
        order(rig.world, rig.party, rig.place, fault.kind)
        rig.adapter.place(rig.request)
        assert (rig.adapter.find(rig.request.number) is not None) is bool(fault.effects)

    @pytest.mark.parametrize("kind", READ_FAULTS)
    def test_a_look_up_that_goes_wrong_is_neither_found_nor_missing(self, rig: SupplierRig, kind: str) -> None:
        for bought in (False, True):
            if bought:
                rig.placed()
            order(rig.world, rig.party, rig.find, kind)
            with pytest.raises(Retry):
                rig.adapter.find(rig.request.number)


class PaymentKit:
    """For suppliers that take the money in a call of its own; inherit and give a `rig` fixture."""

    def test_a_purchase_is_paid_once_and_shows_as_paid(self, rig: SupplierRig) -> None:
        reference = rig.placed()
        outcome = rig.adapter.pay(reference, rig.request.total)
        assert isinstance(outcome, Done), outcome
        assert outcome.paid
        assert rig.money_taken() == rig.request.total.minor
        seen = rig.adapter.find(rig.request.number)
        assert seen is not None
        assert seen.paid
        assert not isinstance(rig.adapter.pay(reference, rig.request.total), Done)
        assert rig.money_taken() == rig.request.total.minor

    @pytest.mark.parametrize("fault", FAULTS, ids=[fault.kind for fault in FAULTS])
    def test_a_payment_that_goes_wrong_says_only_what_is_proved_and_is_made_once(
        self, rig: SupplierRig, fault: Fault
    ) -> None:
        reference = rig.placed()
        order(rig.world, rig.party, rig.pay, fault.kind)
        assert type(rig.adapter.pay(reference, rig.request.total)) is fault.outcome
        assert rig.money_taken() == rig.request.total.minor * fault.effects
        assert rig.calls(rig.pay) == 1
        seen = rig.adapter.find(rig.request.number)
        assert seen is not None
        assert seen.paid is bool(fault.effects)

    def test_another_amount_than_the_order_has_is_not_paid(self, rig: SupplierRig) -> None:
        outcome = rig.adapter.pay(rig.placed(), rig.request.total + rig.request.total)
        assert not isinstance(outcome, Done)
        assert rig.money_taken() == 0


class ParcelKit:
    """For suppliers that tell of parcels themselves; inherit and give a `rig` fixture."""

    def test_parcels_are_none_until_one_is_handed_over(self, rig: SupplierRig) -> None:
        reference = rig.placed()
        assert rig.adapter.parcels(reference) == ()
        rig.adapter.pay(reference, rig.request.total)
        rig.hand_over(reference, "75100000000001")
        (parcel,) = rig.adapter.parcels(reference)
        assert (parcel.carrier, parcel.number) == ("zhongtong", "75100000000001")

    @pytest.mark.parametrize("kind", READ_FAULTS)
    def test_parcels_that_cannot_be_told_are_not_none(self, rig: SupplierRig, kind: str) -> None:
        reference = rig.placed()
        order(rig.world, rig.party, rig.parcels, kind)
        with pytest.raises(Retry):
            rig.adapter.parcels(reference)


class QuoteKit:
    """For suppliers that say beforehand what a purchase would cost; inherit and give a `rig` fixture."""

    def test_a_quote_is_what_the_purchase_then_costs_and_buys_nothing(self, rig: SupplierRig) -> None:
        quote = rig.adapter.quote(rig.request)
        assert rig.held() == 0
        assert quote.problems == ()
        assert (quote.total, quote.shipping) == (rig.request.total, rig.request.shipping)
        assert [(one.line, one.unit_cost) for one in quote.lines] == [
            (line.line, line.unit_cost) for line in rig.request.lines
        ]
        assert all(one.stock is None or one.stock >= 0 for one in quote.lines)
        outcome = rig.adapter.place(rig.request)
        assert isinstance(outcome, Done), outcome
        assert outcome.total in (None, quote.total)

    def test_a_dearer_price_shows_in_its_line_and_in_the_total(self, rig: SupplierRig) -> None:
        rig.dearer()
        quote = rig.adapter.quote(rig.request)
        quantities = {line.line: line.quantity for line in rig.request.lines}
        goods = total((one.unit_cost * quantities[one.line] for one in quote.lines), quote.total.currency)
        assert quote.total == goods + quote.shipping
        assert quote.total > rig.request.total

    def test_what_cannot_be_bought_says_why_in_every_language(self, rig: SupplierRig) -> None:
        assert rig.problems
        for kind in rig.problems:
            order(rig.world, rig.party, rig.quote, kind)
            problems = rig.adapter.quote(rig.request).problems
            assert problems, kind
            assert all(problem.code.startswith("supplier.quote.") for problem in problems)
            assert all(problem.code in texts(locale) for problem in problems for locale in LOCALES)
        assert rig.held() == 0

    @pytest.mark.parametrize("kind", READ_FAULTS)
    def test_a_quote_that_cannot_be_read_is_no_quote(self, rig: SupplierRig, kind: str) -> None:
        order(rig.world, rig.party, rig.quote, kind)
        with pytest.raises(Retry):
            rig.adapter.quote(rig.request)

    def test_a_side_that_does_not_listen_quotes_nothing(self, rig: SupplierRig) -> None:
        with pytest.raises(Retry):
            rig.unreachable.quote(rig.request)


class RecentKit:
    """For suppliers that tell their recent purchases; inherit and give a `rig` fixture."""

    def test_a_purchase_is_told_with_our_number_and_its_total(self, rig: SupplierRig) -> None:
        assert rig.listed() == {}
        reference = rig.placed()
        (told,) = rig.listed().values()
        assert (told.reference, told.number, told.total) == (reference, rig.request.number, rig.request.total)
        assert (told.state, told.paid) == ("open", False)

    def test_an_old_purchase_that_changed_is_told_as_it_is_now(self, rig: SupplierRig) -> None:
        reference = rig.paid()
        rig.world.advance(hours=5)
        rig.hand_over(reference, "75100000000001")
        assert rig.listed(hours=1)[reference].state in ("shipped", "done")

    def test_a_purchase_made_by_hand_is_told_without_a_number(self, rig: SupplierRig) -> None:
        ours, theirs = rig.placed(), rig.by_hand()
        assert {reference: told.number for reference, told in rig.listed().items()} == {
            ours: rig.request.number,
            theirs: "",
        }

    def test_more_purchases_than_one_answer_holds_are_all_told(self, rig: SupplierRig) -> None:
        made = {rig.by_hand() for _ in range(rig.page + 2)}
        assert len(made) > 2
        assert rig.listed().keys() == made

    @pytest.mark.parametrize("kind", READ_FAULTS)
    def test_a_list_that_goes_wrong_is_not_an_empty_list(self, rig: SupplierRig, kind: str) -> None:
        for bought in (False, True):
            if bought:
                rig.placed()
            order(rig.world, rig.party, rig.recent, kind)
            with pytest.raises(Retry):
                rig.listed()

    def test_a_side_that_does_not_listen_is_not_an_empty_list(self, rig: SupplierRig) -> None:
        with pytest.raises(Retry):
            list(rig.unreachable.recent(rig.world.now()))


class CancelKit:
    """For suppliers that undo a purchase by a call; inherit and give a `rig` fixture."""

    def test_an_open_purchase_is_cancelled_and_asking_again_does_no_harm(self, rig: SupplierRig) -> None:
        reference = rig.placed()
        rig.settle()
        for _ in range(2):
            outcome = rig.adapter.cancel(reference)
            assert isinstance(outcome, Done), outcome
            assert outcome.reference == reference
            assert rig.cancelled() == 1
        if rig.find:
            assert rig.seen().state == "cancelled"

    def test_a_shipped_purchase_stands(self, rig: SupplierRig) -> None:
        reference = rig.paid()
        rig.hand_over(reference, "75100000000001")
        rig.settle()
        outcome = rig.adapter.cancel(reference)
        assert isinstance(outcome, Refused), outcome
        assert outcome.why.startswith("supplier.")
        assert rig.cancelled() == 0

    @pytest.mark.parametrize("fault", FAULTS, ids=[fault.kind for fault in FAULTS])
    def test_a_cancellation_that_goes_wrong_says_only_what_is_proved_and_is_asked_once(
        self, rig: SupplierRig, fault: Fault
    ) -> None:
        reference = rig.placed()
        rig.settle()
        order(rig.world, rig.party, rig.cancel, fault.kind)
        assert type(rig.adapter.cancel(reference)) is fault.outcome
        assert rig.cancelled() == fault.effects
        assert rig.calls(rig.cancel) == 1

    def test_what_nobody_ever_bought_is_not_cancelled(self, rig: SupplierRig) -> None:
        rig.placed()
        rig.settle()
        assert isinstance(rig.adapter.cancel(rig.nowhere), Refused)
        assert rig.cancelled() == 0

    def test_nothing_is_cancelled_at_a_side_that_does_not_listen(self, rig: SupplierRig) -> None:
        assert isinstance(rig.unreachable.cancel(rig.nowhere), NeverSent)


class RefundKit:
    """For suppliers that take a wish for the money of an unshipped purchase; inherit and give a `rig` fixture."""

    def test_the_money_is_asked_for_once_and_comes_back_when_the_supplier_agrees(self, rig: SupplierRig) -> None:
        reference = rig.paid()
        for _ in range(2):
            outcome = rig.adapter.refund(reference, rig.request.total)
            assert isinstance(outcome, Done), outcome
            assert outcome.reference
            assert rig.refunds() == 1
        if rig.find:
            assert not rig.seen().refunded
        rig.pay_back()
        if rig.find:
            assert rig.seen().refunded
        assert rig.money_taken() == 0

    def test_no_money_is_asked_for_after_shipping(self, rig: SupplierRig) -> None:
        reference = rig.paid()
        rig.hand_over(reference, "75100000000001")
        assert isinstance(rig.adapter.refund(reference, rig.request.total), Refused)
        assert rig.refunds() == 0

    def test_no_more_is_asked_for_than_was_paid(self, rig: SupplierRig) -> None:
        assert isinstance(rig.adapter.refund(rig.paid(), rig.request.total * 2), Refused)
        assert rig.refunds() == 0

    @pytest.mark.parametrize("fault", FAULTS, ids=[fault.kind for fault in FAULTS])
    def test_a_wish_that_goes_wrong_says_only_what_is_proved_and_is_made_once(
        self, rig: SupplierRig, fault: Fault
    ) -> None:
        reference = rig.paid()
        order(rig.world, rig.party, rig.refund, fault.kind)
        assert type(rig.adapter.refund(reference, rig.request.total)) is fault.outcome
        assert rig.refunds() == fault.effects
        assert rig.calls(rig.refund) == 1

    def test_no_money_comes_back_for_what_nobody_bought(self, rig: SupplierRig) -> None:
        assert isinstance(rig.adapter.refund(rig.nowhere, rig.request.total), Refused)
        assert isinstance(rig.unreachable.refund(rig.nowhere, rig.request.total), NeverSent)


class PushKit:
    """For suppliers that push news; inherit and give a `rig` fixture."""

    def test_a_push_that_the_supplier_signed_names_the_purchase(self, rig: SupplierRig) -> None:
        assert rig.push is not None
        reference = rig.placed()
        pushed = rig.push(reference, rig.adapter.push_answer(), False)
        told = rig.adapter.read_push(pushed.headers, pushed.body)
        assert told
        assert all((one.number or rig.request.number) == rig.request.number for one in told)
        assert all((one.reference or reference) == reference for one in told)
        assert all(one.number or one.reference for one in told)

    def test_the_supplier_reads_the_answer_it_wants(self, rig: SupplierRig) -> None:
        assert rig.push is not None
        reference = rig.placed()
        assert rig.push(reference, rig.adapter.push_answer(), False).taken

    def test_a_push_that_the_supplier_did_not_sign_is_refused(self, rig: SupplierRig) -> None:
        assert rig.push is not None
        reference = rig.placed()
        forged = rig.push(reference, rig.adapter.push_answer(), True)
        signed = rig.push(reference, rig.adapter.push_answer(), False)
        altered = signed.body
        for name in (reference, rig.request.number):
            altered = altered.replace(name.encode(), name[::-1].encode())
        assert altered != signed.body
        for headers, body in ((forged.headers, forged.body), (signed.headers, altered), ({}, b"")):
            with pytest.raises(Unauthenticated):
                rig.adapter.read_push(headers, body)
