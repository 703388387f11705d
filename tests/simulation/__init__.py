"""The whole back office in one process, under faults that a seed decides: what it is handed instead of AWS."""
