"""What came back from suppliers that afternoon: another amount, other lines, a source in doubt, a locked door."""

from __future__ import annotations

from datetime import timedelta

from daifa.app import App
from daifa.models.catalog import Trouble
from daifa.models.facts import Fact, Reason
from daifa.models.ids import PoNumber
from daifa.models.purchase import LineAnswer, LineState, PoLine
from daifa.models.states import PoState
from daifa.rules import work
from tests.browser.sample import a_purchase, an_order
from tests.browser.shelf import LINAN, YIWU, cny
from tests.unit.aws import START

ASKED, OFFERED, DOUBTED = PoNumber("D7K2QM5E"), PoNumber("D7K2QM5F"), PoNumber("D7K2QM5H")
DEARER = Reason.of("route.lost.dearer", supplier="临安布艺厂", cost=cny("41.20"), offer="61009")


def hear(app: App) -> None:
    """Write the answers into the tables."""
    _other_total(app)
    _other_lines(app)
    _in_doubt(app)
    yiwu, linan = app.catalog.supplier(YIWU), app.catalog.supplier(LINAN)
    app.orders.create(work.locked_out(yiwu, "401", START - timedelta(minutes=20)))
    trouble = Trouble(failures=6, code="timeout", open_until=START + timedelta(minutes=65))
    app.catalog.save(linan.model_copy(update={"trouble": trouble}), linan)


def _other_total(app: App) -> None:
    row = an_order(app, "5009", "#1046", "竹砧板 双面", "99.00", 2, 3)
    hold = Reason.of("hold.other_total", ours="¥82.00", theirs="¥88.50", exact="88.50", supplier_order="88120046")
    best = Reason.of(
        "route.best_source",
        title="竹砧板 双面",
        supplier="义乌晨光日用",
        cost=cny("38.00"),
        others=DEARER.values["supplier"],
    )
    a_purchase(
        app,
        row,
        ASKED,
        YIWU,
        PoState.SUBMITTED,
        "38.00",
        clean=False,
        supplier_order="88120046",
        holds=(hold,),
        why=(best.model_copy(update={"beat": (DEARER,)}),),
        facts=(
            Fact.of(
                START - timedelta(hours=3),
                "purchase.checked",
                source="purchase.source.supplier",
                was=cny("82.00"),
                total=cny("82.00"),
            ),
            Fact(at=START - timedelta(hours=2), code=hold.code, values=hold.values),
        ),
    )


def _other_lines(app: App) -> None:
    row = an_order(app, "5010", "#1047", "棉麻围裙 墨绿", "59.00", 4, 6)
    first = a_purchase(app, row, "D7K2QM5G", LINAN, PoState.READY, "20.00").lines[0]
    told = {
        "l1": LineAnswer(line="l1", state=LineState.CHANGED, quantity=3, unit_cost=cny("21.50")),
        "l2": LineAnswer(line="l2", state=LineState.BACKORDERED, promised=START + timedelta(days=6)),
        "l3": LineAnswer(line="l3", state=LineState.REJECTED, reason="out_of_stock"),
    }
    lines = tuple(
        PoLine.model_validate(
            first.model_dump()
            | {"order_line": name, "title": title, "quantity": count, "state": told[name].state, "answer": told[name]}
            | ({"replaced_by": "D7K2QM5G"} if name == "l3" else {})
        )
        for name, title, count in (("l1", "棉麻围裙 墨绿", 4), ("l2", "隔热手套", 1), ("l3", "木勺 长柄", 2))
    )
    a_purchase(
        app,
        row,
        OFFERED,
        YIWU,
        PoState.ACKNOWLEDGED,
        "20.00",
        clean=False,
        supplier_order="88120047",
        lines=lines,
        total=cny("146.00"),
        holds=(
            Reason.of("hold.lines_changed", lines="棉麻围裙 墨绿 × 4 → 3 ¥20.00 → ¥21.50"),
            Reason.of("hold.backordered", lines="隔热手套 × 1"),
        ),
    )


def _in_doubt(app: App) -> None:
    row = an_order(app, "5011", "#1048", "藤编收纳篮", "79.00", 1, 4)
    hold = Reason.of("hold.unproven", title="藤编收纳篮", supplier="义乌晨光日用", cost=cny("36.00"))
    gone = Reason.of("route.lost.out_of_stock", supplier="临安布艺厂", cost=cny("35.00"), offer="61010")
    a_purchase(
        app,
        row,
        DOUBTED,
        YIWU,
        PoState.ON_HOLD,
        "36.00",
        holds=(hold.model_copy(update={"beat": (DEARER, gone)}),),
    )
