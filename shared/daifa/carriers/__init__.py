"""Tracking services, by the name a shipment gives as its tracker."""

CARRIERS = {
    "kuaidi100": "daifa.carriers.kuaidi100:Kuaidi100",
}
