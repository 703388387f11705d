"""The admin page in a real browser, over the real doors of the functions."""
