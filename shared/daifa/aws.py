"""What AWS answers when it is busy or silent, and the one error that we make of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError, IncompleteReadError

from daifa.errors import Busy

BUSY = {
    "InternalServerError",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "SlowDown",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
}


@contextmanager
def answering(what: str) -> Iterator[None]:
    """Busy if AWS is throttling, broken or silent after the SDK's own tries; any other refusal passes as it is."""
    try:
        yield
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if status < 500 and error.response["Error"]["Code"] not in BUSY:
            raise
        raise Busy("row.busy", of=what) from error
    except (ConnectionError, HTTPClientError, IncompleteReadError) as error:
        raise Busy("row.busy", of=what) from error
