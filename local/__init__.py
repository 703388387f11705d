"""The whole system on one machine: the real template on an embedded AWS, and the other side of every wire."""
