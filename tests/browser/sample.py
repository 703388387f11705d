"""A merchant's afternoon: one shop whose queue, orders, products and cases show every state that the page can meet."""

from __future__ import annotations

from datetime import timedelta

from daifa.app import App
from daifa.models.aftersales import (
    Case,
    CaseLine,
    CaseReason,
    Claim,
    Liability,
    Payer,
    Photo,
    Refund,
)
from daifa.models.facts import Fact, Reason
from daifa.models.ids import (
    CaseId,
    NoticeId,
    OfferId,
    PoNumber,
    RecipientId,
    ShipmentId,
    StoreOrderId,
    SupplierId,
)
from daifa.models.money import total
from daifa.models.order import Order, OrderLine, Recipient
from daifa.models.purchase import PoLine, PurchaseOrder
from daifa.models.shipment import Checkpoint, Shipment, ShippedLine, ShopTold
from daifa.models.states import (
    CaseState,
    ClaimState,
    NoticeState,
    OrderState,
    PaymentState,
    PoState,
    RefundState,
    ShipmentState,
)
from daifa.models.words import Message, Notice, Party
from local.world.png import picture
from tests.browser.shelf import HOSTILE, LINAN, SHOP, YIWU, ago, cny, stock
from tests.unit.aws import START

PO = "D7K2QM4X"


def fill(app: App) -> None:
    """Write the afternoon into the tables."""
    stock(app)
    _held(app, "5001", "#1042", hours=2, title="保温杯 500ml 家用大容量 316 不锈钢", po=PO, cost="103.00", count=4)
    _held(
        app, "5002", "#1043", hours=1, title="亚麻桌布 140×200 米白", po="D7K2QM4Y", cost="89.00", count=1, first=True
    )
    _doubtful(app)
    _travelling(app)
    _complained(app)
    _settling(app)
    _unmapped(app)
    _unread(app)


def an_order(
    app: App, order: str, number: str, title: str, price: str, count: int, hours: float, **more: object
) -> Order:
    """An order of one line, with its recipient in the vault."""
    line = OrderLine(
        id="l1",
        store_variant="v1",
        sku="CUP-1-white",
        title=title,
        quantity=count,
        price=cny(price),
        fulfillable=count,
    )
    recipient = RecipientId(f"r-{order}")
    app.vault.put(
        recipient,
        Recipient(
            name="张测试",
            phone="13800000000",
            province="浙江省",
            city="杭州市",
            district="余杭区",
            address1="测试路 1 号 2 幢 301",
        ),
        b"",
        START + timedelta(days=90),
    )
    row = Order(
        shop=SHOP,
        order=StoreOrderId(order),
        number=number,
        placed_at=ago(hours=hours),
        updated_at=ago(hours=hours),
        state=OrderState.CONFIRMED,
        paid=True,
        lines=(line,),
        total=cny(price) * count,
        shipping=cny("0"),
        refunded=cny("0"),
        recipient=recipient,
        routed=True,
        facts=(
            Fact.of(ago(hours=hours), "order.confirmed", "shop", number=number, total=cny(price) * count),
            Fact.of(ago(hours=hours), "order.routed", purchases=1),
        ),
    ).model_copy(update=more)
    app.orders.create(row)
    return row


def a_purchase(
    app: App, order: Order, number: str, supplier: SupplierId, state: PoState, cost: str, **more: object
) -> PurchaseOrder:
    """A purchase of the order's lines."""
    lines = tuple(
        PoLine(
            order_line=line.id,
            offer=OfferId("offer-1"),
            external_offer="61001",
            external_variant="v-white",
            title=line.title,
            quantity=line.quantity,
            unit_cost=cny(cost),
        )
        for line in order.lines
    )
    goods = total((line.unit_cost * line.quantity for line in lines), "CNY")
    row = PurchaseOrder(
        shop=order.shop,
        order=order.order,
        order_number=order.number,
        number=PoNumber(number),
        supplier=supplier,
        group=1,
        state=state,
        lines=lines,
        shipping=cny("6"),
        total=goods + cny("6"),
        ship_to=order.recipient,
        agreement=2,
        why=(Reason.of("route.only_source", title=order.lines[0].title, supplier=supplier, cost=cny(cost)),),
        ship_by=START + timedelta(hours=20),
        created_at=order.placed_at,
    ).model_copy(update=more)
    app.orders.create(row)
    return row


def _held(
    app: App, order: str, number: str, *, hours: float, title: str, po: str, cost: str, count: int, first: bool = False
) -> None:
    row = an_order(app, order, number, title, "129.90", count, hours)
    over = cny(cost) * count + cny("6")
    hold = Reason.of("hold.first_order", supplier="临安布艺厂") if first else None
    hold = hold or Reason.of("hold.over_limit", total=over, limit=cny("300"))
    a_purchase(
        app,
        row,
        po,
        LINAN if first else YIWU,
        PoState.ON_HOLD,
        cost,
        holds=(hold,),
        ship_by=START + timedelta(minutes=34 if not first else 300),
        facts=(Fact.of(ago(hours=hours), hold.code, **hold.values),),
    )


def _doubtful(app: App) -> None:
    row = an_order(app, "5003", "#1039", "陶瓷花瓶 北欧风", "79.00", 1, 9)
    a_purchase(
        app,
        row,
        "D7K2QM4Z",
        YIWU,
        PoState.NEEDS_HUMAN,
        "41.00",
        clean=False,
        holds=(Reason.of("hold.cannot_ask", supplier="义乌晨光日用"),),
        ship_by=ago(hours=1),
    )


def _travelling(app: App) -> None:
    row = an_order(app, "5004", "#1031", "真丝眼罩", "59.00", 2, 52)
    po = a_purchase(
        app, row, "D7K2QM5A", YIWU, PoState.SHIPPED, "21.00", payment=PaymentState.PAID, supplier_order="88120031"
    )
    scans = (
        (40, ShipmentState.IN_TRANSIT, "已揽收", "义乌"),
        (28, ShipmentState.IN_TRANSIT, "到达转运中心", "杭州"),
        (20, ShipmentState.IN_TRANSIT, "离开转运中心", "杭州"),
        (6, ShipmentState.OUT_FOR_DELIVERY, "派送中", "余杭"),
    )
    app.orders.create(
        Shipment(
            shop=SHOP,
            order=row.order,
            order_number=row.number,
            id=ShipmentId("s1"),
            po=po.number,
            carrier="zhongtong",
            number="75310000000001",
            lines=(ShippedLine(order_line="l1", quantity=2),),
            state=ShipmentState.OUT_FOR_DELIVERY,
            checkpoints=tuple(
                Checkpoint(at=ago(hours=hours), state=state, text=text, location=place)
                for hours, state, text, place in scans
            ),
            suspect=(Reason.of("suspect.reused", number="75310000000001"),),
            shop_told=ShopTold.TOLD,
            created_at=ago(hours=41),
            changed_at=ago(hours=6),
            facts=(Fact.of(ago(hours=6), "shipment.out_for_delivery", "carrier", number="75310000000001"),),
        )
    )
    for number, (sender, to, text) in enumerate(
        (
            (Party.CUSTOMER, Party.MERCHANT, f"你好,快递到哪里了? {HOSTILE}"),
            (Party.MERCHANT, Party.CUSTOMER, "今天派送,请留意电话。"),
            (Party.MERCHANT, None, "老客户,注意包装。"),
        )
    ):
        app.orders.create(
            Message(
                shop=SHOP,
                order=row.order,
                id=f"m{number}",
                at=ago(hours=5 - number),
                sender=sender,
                to=to,
                channel="link" if to else "note",
                text=text,
            )
        )


def _case(app: App, order: Order, po: PurchaseOrder, state: CaseState) -> Case:
    key = f"cases/{SHOP}/{order.order}/1.png"
    app.media.put(key, picture("a cracked lid", 120, 90), "image/png")
    row = Case(
        shop=SHOP,
        order=order.order,
        order_number=order.number,
        id=CaseId(f"case-{order.order}"),
        po=po.number,
        supplier=po.supplier,
        reason=CaseReason.DAMAGED,
        lines=(CaseLine(order_line="l1", quantity=1),),
        description=f"收到时杯盖裂了。{HOSTILE}",
        photos=(Photo(key=key, sha256="0" * 64, content_type="image/png"),),
        state=state,
        liability=Liability(
            agreement=2,
            clause="3.2",
            goods=Payer.SUPPLIER,
            return_freight=Payer.MERCHANT,
            refund=cny("46.50"),
            claim=cny("38.00"),
            why=(Reason.of("liability.clause", version=2, clause="3.2", days=7, payer="供应商"),),
        ),
        opened_at=ago(hours=7),
        opened_by="customer",
        due=START + timedelta(hours=17),
        facts=(Fact.of(ago(hours=7), "case.opened", "customer", reason="到货破损"),),
    )
    app.orders.create(row)
    return row


def _complained(app: App) -> None:
    row = an_order(app, "5005", "#1027", "保温杯 500ml", "46.50", 2, 120)
    po = a_purchase(app, row, "D7K2QM5B", YIWU, PoState.CLOSED, "38.00", payment=PaymentState.PAID)
    _case(app, row, po, CaseState.LIABILITY_PROPOSED)


def _settling(app: App) -> None:
    row = an_order(app, "5006", "#1019", "保温杯 750ml", "46.50", 1, 240, state=OrderState.COMPLETED)
    po = a_purchase(app, row, "D7K2QM5C", YIWU, PoState.CLOSED, "38.00", payment=PaymentState.PAID)
    case = _case(app, row, po, CaseState.RESOLVED)
    app.orders.create(
        Refund(
            shop=SHOP,
            order=row.order,
            case=case.id,
            amount=cny("46.50"),
            lines=case.lines,
            state=RefundState.SETTLED,
            store_refund="gid-refund-7",
        )
    )
    app.orders.create(
        Claim(
            shop=SHOP,
            order=row.order,
            order_number=row.number,
            case=case.id,
            po=po.number,
            supplier=YIWU,
            amount=cny("38.00"),
            accepted=cny("30.00"),
            state=ClaimState.PARTIALLY_ACCEPTED,
            created_at=ago(days=2),
            submitted_at=ago(days=2),
        )
    )


def _unmapped(app: App) -> None:
    row = an_order(app, "5007", "#1044", "手工皂 三块装", "35.00", 1, 0.2)
    a_purchase(
        app,
        row,
        "D7K2QM5D",
        SupplierId("unrouted"),
        PoState.ON_HOLD,
        "0.00",
        holds=(Reason.of("hold.no_offer", title="手工皂 三块装"),),
        ship_by=START + timedelta(hours=9),
    )


def _unread(app: App) -> None:
    row = an_order(app, "5008", "#1021", HOSTILE, "19.90", 1, 200)
    app.orders.create(
        Notice(
            shop=SHOP,
            order=row.order,
            order_number=row.number,
            id=NoticeId("n1"),
            to=Party.CUSTOMER,
            channel="ses",
            template="notice.shipped.text",
            state=NoticeState.FAILED,
            text="您的包裹已发出。",
            created_at=ago(hours=3),
        )
    )
