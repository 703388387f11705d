"""Reading a product off a supplier's page: one file per place on the page where a product can be told."""
