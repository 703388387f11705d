"""What the composition root hands out, in a simulated world: every call of theirs is a port that may go wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from botocore.exceptions import ClientError, ReadTimeoutError

from daifa.http import Answer, NoAnswer, NotSent
from local.world.faults import with_other_ids
from tests.simulation.engine import World
from tests.simulation.swarm import Fault

READS = frozenset({"get_item", "query", "batch_get_item", "scan"})


def aws_error(code: str, operation: str, status: int = 400) -> ClientError:
    """An error as botocore raises it after its own retries."""
    response: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, operation)


def _aws_failure(fault: Fault, operation: str, throttled: str) -> BaseException:
    if fault is Fault.THROTTLE:
        return aws_error(throttled, operation)
    if fault is Fault.ERROR:
        return aws_error("InternalServerError", operation, 500)
    return ReadTimeoutError(endpoint_url="https://aws.sim")


class TableHands:
    """A DynamoDB client: reads, conditional writes and transactions, each at one simulated instant."""

    def __init__(self, world: World, client: Any, seen: Callable[[str, Mapping[str, Any], Callable[[], Any]], Any]):
        self._world = world
        self._client = client
        self._seen = seen
        self.exceptions = getattr(client, "exceptions", None)

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        call = getattr(self._client, operation)
        family = "read" if operation in READS else "transact" if operation == "transact_write_items" else "write"

        def port(**request: Any) -> Any:
            def effect() -> Any:
                if family == "read":
                    return call(**request)
                return self._seen(operation, request, lambda: call(**request))

            def settle(fault: Fault, done: Callable[[], Any]) -> Any:
                if fault is Fault.CONFLICT:
                    self._world.sleep(self._world.swarm.latency(self._world.rng))
                    raise _conflict(request)
                # The first answer was lost; the SDK asks again, and its second request meets its own first one.
                done()
                self._world.sleep(1.0)
                answer = done()
                self._world.sleep(self._world.swarm.latency(self._world.rng))
                return answer

            def failed(fault: Fault) -> BaseException:
                return _aws_failure(fault, operation, "ProvisionedThroughputExceededException")

            return self._world.port(family, f"{operation} {_what(request)}", effect, failed, settle)

        setattr(self, operation, port)
        return port


def _conflict(request: Mapping[str, Any]) -> ClientError:
    error = aws_error("TransactionCanceledException", "TransactWriteItems")
    reasons = [{"Code": "None"} for _ in request["TransactItems"]]
    reasons[0] = {"Code": "TransactionConflict"}
    error.response["CancellationReasons"] = reasons  # type: ignore[typeddict-unknown-key]
    return error


def _what(request: Mapping[str, Any]) -> str:
    if "TransactItems" in request:
        return " + ".join(_what(next(iter(item.values()))) for item in request["TransactItems"])
    key = request.get("Item") or request.get("Key")
    if key:
        return f"{key['pk']['S']} {key['sk']['S']}"
    values = request.get("ExpressionAttributeValues", {})
    return " ".join(str(value.get("S", "")) for value in values.values())


class QueueHands:
    """An SQS client for those who send; `put` says what becomes of a message that was taken."""

    def __init__(self, world: World, put: Callable[[str, str, float], None]) -> None:
        self._world = world
        self._put = put

    def send_message(self, *, QueueUrl: str, MessageBody: str, DelaySeconds: int = 0) -> dict[str, Any]:
        """Take a message."""
        rng = self._world.rng

        def effect(delay: float = 0.0) -> dict[str, Any]:
            self._put(QueueUrl, MessageBody, DelaySeconds + delay)
            return {"MessageId": "m"}

        def settle(fault: Fault, done: Callable[[], Any]) -> Any:
            if fault is Fault.DOUBLED:
                done()
                effect(rng.uniform(0.0, 300.0))
            elif fault is Fault.DELAYED:
                effect(rng.uniform(30.0, 3600.0))
            return {"MessageId": "m"}

        return self._world.port(
            "send",
            f"{QueueUrl} {'' if QueueUrl == 'inbox' else MessageBody}",
            effect,
            lambda fault: _aws_failure(fault, "SendMessage", "RequestThrottled"),
            settle,
        )


class SecretHands:
    """A Secrets Manager client over a dict."""

    class exceptions:  # noqa: N801 - as botocore names it
        """The one error that is told apart."""

        class ResourceNotFoundException(Exception):  # noqa: N818 - as botocore names it
            """No such secret."""

    def __init__(self, world: World, secrets: Mapping[str, str]) -> None:
        self._world = world
        self._secrets = secrets

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:
        """The secret's text."""

        def effect() -> dict[str, str]:
            if SecretId not in self._secrets:
                raise self.exceptions.ResourceNotFoundException(SecretId)
            return {"SecretString": self._secrets[SecretId]}

        return self._world.port(  # type: ignore[no-any-return]
            "secret", SecretId, effect, lambda fault: _aws_failure(fault, "GetSecretValue", "ThrottlingException")
        )


class BucketHands:
    """An S3 client over a dict."""

    class exceptions:  # noqa: N801 - as botocore names it
        """The one error that is told apart."""

        class NoSuchKey(Exception):  # noqa: N818 - as botocore names it
            """No such object."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.objects: dict[str, tuple[bytes, str]] = {}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str) -> None:
        """Keep an object."""

        def effect() -> None:
            self.objects[Key] = (Body, ContentType)

        self._world.port("photo", f"put {Key}", effect, lambda fault: _aws_failure(fault, "PutObject", "SlowDown"))


class MailHands:
    """An SES client; `arrive` is the mailbox at the other end."""

    def __init__(self, world: World, arrive: Callable[[str, bytes], None]) -> None:
        self._world = world
        self._arrive = arrive
        self._sent = 0

    def send_email(self, *, FromEmailAddress: str, Destination: Any, Content: Any) -> dict[str, str]:
        """Take a mail; what was taken arrives within the quarter of an hour."""
        world, rng = self._world, self._world.rng
        to, raw = Destination["ToAddresses"][0], Content["Raw"]["Data"]

        def effect() -> dict[str, str]:
            self._sent += 1
            world.soon(rng.choice((1.0, 20.0, 600.0)), lambda: self._arrive(to, raw))
            return {"MessageId": f"mail-{self._sent}"}

        def settle(fault: Fault, done: Callable[[], Any]) -> Any:
            if fault is Fault.NO_ANSWER_DONE:
                done()
            world.sleep(10.0)
            raise ReadTimeoutError(endpoint_url="https://ses.sim")

        def failed(fault: Fault) -> BaseException:
            if fault is Fault.THROTTLE:
                return aws_error("TooManyRequestsException", "SendEmail", 429)
            return aws_error("InternalFailure", "SendEmail", 500)

        # Whose mail it is must not be read in the trace.
        return world.port("mail", "send", effect, failed, settle)  # type: ignore[no-any-return]


class HttpHands:
    """Instead of `daifa.http.Http`: speaks to the parties in memory, with every way in which a call can go wrong."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.parties: dict[str, Any] = {}

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        body: bytes | None = None,
        seconds: float = 15.0,
    ) -> Answer:
        """As `Http.request`."""
        world, rng = self._world, self._world.rng
        parts = urlsplit(url)
        party = self.parties[parts.netloc]
        sent = urlencode(form).encode() if form is not None else body or b""
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        name = party.named(path, sent)
        called = world.t

        def effect() -> Answer:
            return party.serve(method, path, dict(headers or {}), sent)  # type: ignore[no-any-return]

        def none(why: str) -> NoAnswer:
            return NoAnswer("http.no_answer", host=parts.netloc, why=why)

        def settle(fault: Fault, done: Callable[[], Answer]) -> Answer:
            match fault:
                case Fault.NOT_SENT:
                    raise NotSent("http.not_sent", host=parts.netloc, why="no connection")
                case Fault.LIMIT:
                    return Answer(429, {"retry-after": "2"}, b"")
                case Fault.GATEWAY_LIMIT:
                    return party.limit() if rng.random() < 0.8 else Answer(429, {}, b"")  # type: ignore[no-any-return]
                case Fault.SERVER_ERROR:
                    return Answer(rng.choice((500, 502, 503)), {}, b"<html>busy</html>")
                case Fault.NO_ANSWER_LATE:
                    bound = party.late_bound * world.swarm.lateness
                    # As late as it may be is where the danger is.
                    lands = called + rng.choice((rng.uniform(0.2, 1.0), rng.uniform(0.95, 1.0))) * bound
                    world.hit("http: lands late")
                    world.soon(max(0.0, lands - world.t), lambda: self._late(party, name, done))
                case Fault.NO_ANSWER:
                    pass
                case _:
                    answer = done()
                    match fault:
                        case Fault.SERVER_ERROR_DONE:
                            return Answer(rng.choice((500, 502, 504)), {}, b"<html>busy</html>")
                        case Fault.HTML:
                            return Answer(200, {"content-type": "text/html"}, b"<html><title>login</title></html>")
                        case Fault.EMPTY:
                            return Answer(200, {}, b"")
                        case Fault.GARBAGE | Fault.OTHER_ORDER if fault is Fault.GARBAGE or not party.names_one(name):
                            return Answer(200, {}, answer.body[: len(answer.body) // 2])
                        case Fault.OTHER_ORDER:
                            return Answer(answer.status, answer.headers, with_other_ids(answer.body, party.id_keys))
            world.sleep(max(0.0, called + seconds - world.t))
            raise none("deadline")

        answer: Answer = world.port("http", f"{parts.netloc} {name}", effect, None, settle)
        if world.t - called > seconds:
            raise none("deadline")
        return answer

    def _late(self, party: Any, name: str, effect: Callable[[], Any]) -> None:
        self._world.say("late", f"{party.host} {name} lands")
        effect()
