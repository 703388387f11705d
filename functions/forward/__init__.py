"""Buy it: route, check, place, pay, reconcile with the supplier, the supplier's own page."""
