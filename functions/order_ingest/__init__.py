"""What customers ordered: receive, ingest, reconcile with the shop, show."""
