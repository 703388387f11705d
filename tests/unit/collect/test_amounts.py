"""Amounts as pages of many countries write them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from collect.extraction import amounts


@pytest.mark.parametrize(
    ("text", "country", "low", "high", "currency"),
    [
        ("$1,234.50", "us", "1234.50", "1234.50", "USD"),
        ("1.234,50 €", "de", "1234.50", "1234.50", "EUR"),
        ("€ 97,39 - 128,72", "nl", "97.39", "128.72", "EUR"),
        ("¥149.00 - 159.00", "cn", "149.00", "159.00", "CNY"),
        ("2.30-20.52元", "cn", "2.30", "20.52", "CNY"),
        ("￥12.80", "", "12.80", "12.80", "CNY"),
        ("¥1,980", "jp", "1980", "1980", "JPY"),
        ("$24.990", "cl", "24990", "24990", "CLP"),
        ("$ 5.000", "ar", "5000", "5000", "ARS"),
        ("CHF 19.50", "ch", "19.50", "19.50", "CHF"),
        ("12 990 ₽", "ru", "12990", "12990", "RUB"),
        ("1\u202f299,00 €", "fr", "1299.00", "1299.00", "EUR"),
        ("CHF 1'250.00", "ch", "1250.00", "1250.00", "CHF"),
        ("2,900원", "kr", "2900", "2900", "KRW"),
        ("2,900 원~ 957개 구매", "kr", "2900", "2900", "KRW"),
        ("NT$1,290", "tw", "1290", "1290", "TWD"),
        ("299 kr", "se", "299", "299", "SEK"),
        ("1.299,00 zł", "pl", "1299.00", "1299.00", "PLN"),
        ("Rs. 1,499", "in", "1499", "1499", "INR"),
        ("BHD 1.250", "", "1.250", "1.250", "BHD"),
        ("US$0.125", "", "0.125", "0.125", "USD"),
        ("2 for $30", "us", "30", "30", "USD"),
        ("1,250.00 บาท", "", "1250.00", "1250.00", "THB"),
        ("179.000đ", "vn", "179000", "179000", "VND"),
        ("149.90 ₾", "", "149.90", "149.90", "GEL"),
    ],
)  # fmt: skip
def test_a_shown_amount_is_read_as_its_country_means_it(
    text: str, country: str, low: str, high: str, currency: str
) -> None:
    said = amounts.priced(text, country)
    assert said is not None
    assert (said.low, said.high, said.currency) == (Decimal(low), Decimal(high), currency)


@pytest.mark.parametrize("text", ["$2.34B", "€500k", "£3m", "¥1.2万", "3 Mio. €", "5 Milliarden €", "3万円"])
def test_what_a_company_is_worth_is_no_price(text: str) -> None:
    assert amounts.priced(text, "") is None


@pytest.mark.parametrize(
    "text", ["¥12.80 已售1万+", "$12.80 ALL", "12.80元 月销3万", "$12.80 5m", "$12.80, 3 million sold", "€12.80kg"]
)
def test_a_price_beside_great_numbers_is_one(text: str) -> None:
    said = amounts.priced(text, "")
    assert said is not None
    assert said.low == Decimal("12.80")


@pytest.mark.parametrize(
    ("value", "currency", "country", "expected"),
    [
        ("89.99", "USD", "", "89.99"),
        (89.99, "USD", "", "89.99"),
        (1299, "EUR", "de", "1299"),
        ("1299,00", "EUR", "de", "1299.00"),
        ("23,450", "USD", "", "23450"),
        ("3.340", "CLP", "cl", "3340"),
        ("24.990", "COP", "co", "24990"),
        ("0.125", "USD", "", "0.125"),
        ("1.2E+3", "USD", "", "1200.00"),
        ("0", "USD", "", None),
        ("0.00", "EUR", "", None),
        ("-5", "EUR", "", None),
        ("free", "EUR", "", None),
        ("", "EUR", "", None),
        (None, "EUR", "", None),
        (True, "EUR", "", None),
        ("9" * 40, "EUR", "", None),
    ],
)  # fmt: skip
def test_an_amount_for_programs_keeps_its_decimal_point_and_zero_is_no_price(
    value: object, currency: str, country: str, expected: str | None
) -> None:
    assert amounts.amount(value, currency, country) == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("RUR", "RUB"),
        (" eur ", "EUR"),
        ("€", "EUR"),
        ("RMB", "CNY"),
        ("원", "KRW"),
        ("MAD", "MAD"),
        ("XYZ", None),
        ("$", None),
        (5, None),
    ],
)
def test_old_names_and_signs_become_iso_codes_and_what_is_none_becomes_none(told: object, code: str | None) -> None:
    assert amounts.code_of(told) == code


@pytest.mark.parametrize(
    ("host", "language", "country"),
    [
        ("www.shop.cl", "es", "cl"),
        ("shop.co.uk", "", "gb"),
        ("shop.com", "es-MX", "mx"),
        ("shop.com", "en", ""),
        ("", "", ""),
    ],
)
def test_the_country_comes_from_the_host_and_else_from_a_full_language(host: str, language: str, country: str) -> None:
    assert amounts.country_of(host, language) == country


def test_a_shared_sign_without_a_known_country_is_not_guessed() -> None:
    assert amounts.currency_of("299 kr", "") is None
