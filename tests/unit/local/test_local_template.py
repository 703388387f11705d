"""Reading the template, and the few changes that the emulator needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from local import template as templates

SHORT = """
Resources:
  A:
    Type: X
    Properties:
      One: !Ref B
      Two: !GetAtt B.Arn.More
      Three: !Sub ["${C}-x", {C: !If [IsIt, 1, !Ref AWS::NoValue]}]
Conditions:
  IsIt: !And [!Condition Other, !Not [!Equals [a, b]]]
"""


def test_short_forms_are_spelled_out(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(SHORT)
    read = templates.read(tmp_path / "t.yaml")
    assert read["Resources"]["A"]["Properties"] == {
        "One": {"Ref": "B"},
        "Two": {"Fn::GetAtt": ["B", "Arn.More"]},
        "Three": {"Fn::Sub": ["${C}-x", {"C": {"Fn::If": ["IsIt", 1, {"Ref": "AWS::NoValue"}]}}]},
    }
    assert read["Conditions"]["IsIt"] == {
        "Fn::And": [{"Condition": "Other"}, {"Fn::Not": [{"Fn::Equals": ["a", "b"]}]}]
    }


def scheduled(expression: str, zone: str) -> dict[str, Any]:
    properties = {"ScheduleExpression": expression, "ScheduleExpressionTimezone": zone}
    event = {"Type": "ScheduleV2", "Properties": properties}
    return {"Resources": {"F": {"Type": "AWS::Serverless::Function", "Properties": {"Events": {"E": event}}}}}


@pytest.mark.parametrize(
    ("local", "utc"),
    [("cron(0 10 * * ? *)", "cron(0 2 * * ? *)"), ("cron(30 3 * * ? *)", "cron(30 19 * * ? *)")],
)
def test_a_daily_hour_in_shanghai_is_eight_hours_earlier_in_utc(local: str, utc: str) -> None:
    template = scheduled(local, "Asia/Shanghai")
    (change,) = templates.adjust(template)
    event = template["Resources"]["F"]["Properties"]["Events"]["E"]["Properties"]
    assert event == {"ScheduleExpression": utc}
    assert (change.resource, change.what) == ("F", f"{local} Asia/Shanghai -> {utc}")


def test_a_schedule_that_cannot_be_put_into_utc_is_refused_rather_than_run_at_another_hour() -> None:
    with pytest.raises(ValueError, match="can't be put into UTC"):
        templates.adjust(scheduled("cron(0 10 1 * ? *)", "Asia/Shanghai"))


def test_a_content_policy_with_an_unknown_name_is_refused() -> None:
    policy = {"ContentSecurityPolicy": {"ContentSecurityPolicy": {"Fn::Sub": ["connect-src ${Else}", {}]}}}
    properties = {"ResponseHeadersPolicyConfig": {"SecurityHeadersConfig": policy}}
    template = {"Resources": {"P": {"Type": "AWS::CloudFront::ResponseHeadersPolicy", "Properties": properties}}}
    with pytest.raises(ValueError, match="something unknown"):
        templates.page_headers(template, sign_in="https://s")
