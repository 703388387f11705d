"""What the closing notes promise, measured: `make bench`, or `python -m benchmarks --only <name>` for one part.

Every figure is a count, or a ratio of two things measured in the same run; nothing here is a wall time, which says
more about the machine than about the code. Counts that must not creep have a gate: `python -m benchmarks` fails when
one is broken, and tests/unit/benchmarks holds the cheap ones to it on every `make test`.

| part | what it counts |
|---|---|
| webhook | modules the shops' door imports, and its SDK calls per order, on a recording stub |
| doors | modules each function's file imports, each in a process of its own |
| page | what a browser downloads of the admin page, compressed |
| lines | lines of code by folder and language, and the longest files |
| extract | reading product pages, against building BeautifulSoup's whole tree of the same pages |
| story | DynamoDB units of one order's whole life, counted on the wire by a proxy before the emulator |
"""
