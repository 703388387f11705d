"""The simulation's queues: what is refused, what waits, what comes again, and what ends with the dead letters."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from daifa.messages import Room, Wake
from daifa.models.ids import ShopId, StoreOrderId
from daifa.queue import Queues
from tests.simulation.queues import Queue, Sqs

URL = "sqs/forward"


class Time:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def time() -> Time:
    """A clock at nought."""
    return Time()


@pytest.fixture
def sqs(time: Time) -> Sqs:
    """One empty queue: hidden for a minute, given twice."""
    return Sqs([Queue(URL, visibility=60, max_receives=2)], time)


def send(sqs: Sqs, body: str = "hello", delay: int = 0) -> str:
    """A message on the queue."""
    return str(sqs.send_message(QueueUrl=URL, MessageBody=body, DelaySeconds=delay)["MessageId"])


def test_a_room_sends_as_it_does_in_production(sqs: Sqs, time: Time) -> None:
    wake = Wake(kind="purchase", shop=ShopId("demo"), order=StoreOrderId("1"), id="D1")
    Queues(sqs, {"forward": URL}).wake(Room.FORWARD, wake, 5000)

    time.at = 899
    assert sqs.receive(URL) is None
    assert sqs.next_visible(URL) == 900
    time.at = 900
    got = sqs.receive(URL)
    assert got is not None
    assert Wake.model_validate_json(got.body) == wake


@pytest.mark.parametrize(
    ("url", "body", "delay", "code"),
    [
        (URL, "x" * (256 * 1024 + 1), 0, "InvalidParameterValue"),
        (URL, "中" * (256 * 1024 // 3 + 1), 0, "InvalidParameterValue"),
        (URL, "x", 901, "InvalidParameterValue"),
        (URL, "x", -1, "InvalidParameterValue"),
        (URL, "", 0, "MissingParameter"),
        (URL, "\x00", 0, "InvalidMessageContents"),
        ("sqs/nowhere", "x", 0, "AWS.SimpleQueueService.NonExistentQueue"),
    ],
)
def test_what_sqs_refuses_is_refused(sqs: Sqs, url: str, body: str, delay: int, code: str) -> None:
    with pytest.raises(ClientError) as caught:
        sqs.send_message(QueueUrl=url, MessageBody=body, DelaySeconds=delay)
    assert caught.value.response["Error"]["Code"] == code
    assert sqs.next_visible(URL) is None


def test_the_largest_body_and_the_longest_delay_are_taken(sqs: Sqs) -> None:
    assert send(sqs, "x" * (256 * 1024), 900) == "m1"


def test_a_received_message_is_hidden_and_comes_again_until_it_is_deleted(sqs: Sqs, time: Time) -> None:
    send(sqs)
    first = sqs.receive(URL)
    assert first is not None
    handle = first.handle
    time.at = 59
    assert sqs.receive(URL) is None
    time.at = 60
    again = sqs.receive(URL)
    assert again is not None
    assert (again.receives, again.body) == (2, "hello")

    assert not sqs.delete(URL, handle)  # an old receipt
    assert sqs.delete(URL, again.handle)
    assert not sqs.delete(URL, again.handle)
    time.at = 1000
    assert sqs.receive(URL) is None


def test_a_message_given_too_often_is_a_dead_letter_until_it_is_driven_back(sqs: Sqs, time: Time) -> None:
    send(sqs, "poison")
    send(sqs, "good", 200)
    for _ in range(2):
        assert sqs.receive(URL) is not None
        time.at += 60
    assert sqs.receive(URL) is None
    assert [message.body for message in sqs.queues[URL].dead] == ["poison"]

    time.at = 200
    good = sqs.receive(URL)
    assert good is not None
    assert good.body == "good"
    assert sqs.redrive(URL) == 1
    back = sqs.receive(URL)
    assert back is not None
    assert (back.body, back.receives) == ("poison", 1)
    assert sqs.queues[URL].dead == []


def test_a_receiver_may_be_given_any_message_and_give_it_back(sqs: Sqs, time: Time) -> None:
    send(sqs, "first")
    second = send(sqs, "second")
    assert [message.body for message in sqs.visible(URL)] == ["first", "second"]

    got = sqs.receive(URL, second)
    assert got is not None
    assert got.body == "second"
    sqs.hide(URL, got.handle, 0)
    assert len(sqs.visible(URL)) == 2


def test_messages_are_doubled_lost_and_forgotten(sqs: Sqs, time: Time) -> None:
    told = send(sqs)
    copy = sqs.double(URL, told)
    assert [message.body for message in sqs.visible(URL)] == ["hello", "hello"]

    sqs.lose(URL, told)
    assert [message.id for message in sqs.visible(URL)] == [copy.id]
    time.at = 345_601
    assert sqs.visible(URL) == []
