"""What the tests of carriers start from."""

from __future__ import annotations

from tests.contracts.other_side import aws_credentials, whole_world, world

__all__ = ["aws_credentials", "whole_world", "world"]
