"""Amounts of money as pages write them: `1.234,56 €`, `¥149.00 - 159.00`, `CHF 19.-`, `3.340` in Chile."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from daifa.models.money import places

# Signs and names that mean one currency wherever they stand. Longer ones are tried first.
SIGNS = {
    "US$": "USD", "US $": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "CDN$": "CAD", "NZ$": "NZD",
    "HK$": "HKD", "NT$": "TWD", "S$": "SGD", "R$": "BRL", "MX$": "MXN", "CLP$": "CLP", "AR$": "ARS",
    "€": "EUR", "£": "GBP", "₽": "RUB", "руб": "RUB", "р.": "RUB", "₩": "KRW", "원": "KRW", "₹": "INR", "₺": "TRY",
    "₴": "UAH", "грн": "UAH", "₫": "VND", "฿": "THB", "₪": "ILS", "₦": "NGN", "₱": "PHP", "₸": "KZT", "тг": "KZT",
    "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "лв": "BGN", "円": "JPY", "RMB": "CNY", "CN¥": "CNY",
    "JP¥": "JPY", "Rs.": "INR", "Rp": "IDR", "RM": "MYR", "Lei": "RON", "lei": "RON", "TL": "TRY", "Fr.": "CHF",
    "บาท": "THB", "đ": "VND", "₾": "GEL", "₼": "AZN", "৳": "BDT", "֏": "AMD", "₮": "MNT", "₭": "LAK", "៛": "KHR",
    "₡": "CRC", "S/.": "PEN", "Gs.": "PYG", "дин": "RSD", "ден": "MKD", "د.إ": "AED", "ر.س": "SAR", "جنيه": "EGP",
}  # fmt: skip
CODES = frozenset(
    re.findall(
        r"\w+",
        "AED ARS AUD BGN BHD BRL BYN CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HRK HUF IDR ILS INR ISK JOD JPY KRW"
        " KWD KZT MXN MYR NGN"
        " NOK NZD OMR PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TND TRY TWD UAH USD UYU VND ZAR",
    )
)
# The others of ISO 4217: in a field for programs they are currencies, among words they may be anything.
MORE_CODES = frozenset(
    re.findall(
        r"\w+",
        "AFN ALL AMD AOA AWG AZN BAM BBD BDT BIF BMD BND BOB BSD BTN BWP BZD CDF CRC CUP CVE DJF DOP DZD ERN ETB FJD"
        " FKP GEL GHS GIP GMD GNF GTQ GYD HNL HTG IQD IRR JMD KES KGS KHR KMF KPW KYD LAK LBP LKR LRD LSL LYD MAD MDL"
        " MGA MKD MMK MNT MOP MRU MUR MVR MWK MZN NAD NIO NPR PAB PGK PYG RWF SBD SCR SDG SHP SLE SOS SRD SSP STN SYP"
        " SZL TJS TMT TOP TTD TZS UGX UZS VES VUV WST XAF XCD XCG XOF XPF YER ZMW",
    )
)
OLD_CODES = {"RUR": "RUB", "BYR": "BYN", "RMB": "CNY", "NTD": "TWD", "LEI": "RON", "KN": "HRK", "원": "KRW"}
# Signs that several currencies share: the country of the shop decides, and without a country nothing does.
SHARED = {
    "$": {"us": "USD", "cl": "CLP", "ar": "ARS", "ca": "CAD", "au": "AUD", "nz": "NZD", "mx": "MXN", "co": "COP",
          "tw": "TWD", "hk": "HKD", "sg": "SGD", "uy": "UYU", "": "USD"},
    "¥": {"jp": "JPY", "cn": "CNY", "": "CNY"},
    "￥": {"jp": "JPY", "cn": "CNY", "": "CNY"},
    "元": {"tw": "TWD", "hk": "HKD", "": "CNY"},
    "kr": {"se": "SEK", "no": "NOK", "dk": "DKK", "is": "ISK"},
    "Rs": {"in": "INR", "pk": "PKR"},
}  # fmt: skip
COUNTRY_CURRENCY = {
    "us": "USD", "cl": "CLP", "ar": "ARS", "ca": "CAD", "au": "AUD", "nz": "NZD", "mx": "MXN", "tw": "TWD", "hk": "HKD",
    "sg": "SGD", "jp": "JPY", "cn": "CNY", "se": "SEK", "no": "NOK", "dk": "DKK", "in": "INR", "pk": "PKR", "uk": "GBP",
    "gb": "GBP", "kr": "KRW", "ru": "RUB", "by": "BYN", "ua": "UAH", "kz": "KZT", "pl": "PLN", "cz": "CZK", "hu": "HUF",
    "ro": "RON", "bg": "BGN", "tr": "TRY", "br": "BRL", "ch": "CHF", "il": "ILS", "za": "ZAR", "th": "THB", "vn": "VND",
    "id": "IDR", "my": "MYR", "ph": "PHP", "co": "COP", "pe": "PEN", "ae": "AED", "sa": "SAR", "ng": "NGN", "rs": "RSD",
    "is": "ISK", "uy": "UYU",
    **dict.fromkeys(re.findall(r"\w+", "de fr it es pt nl be at ie fi ee lv lt sk si gr cy mt lu hr"), "EUR"),
}  # fmt: skip
# Languages of which nearly all shops are in one country.
LANGUAGE_COUNTRY = {
    "ja": "jp", "ko": "kr", "th": "th", "vi": "vn", "uk": "ua", "he": "il", "tr": "tr", "pl": "pl", "cs": "cz",
    "hu": "hu", "ro": "ro", "bg": "bg", "da": "dk", "sv": "se", "nb": "no", "no": "no", "fi": "fi", "el": "gr",
    "kk": "kz", "hr": "hr", "sk": "sk", "sl": "si", "lt": "lt", "lv": "lv", "et": "ee", "is": "is", "it": "it",
}  # fmt: skip
# Countries that write 1.234,56.
COMMA_COUNTRIES = frozenset(
    re.findall(
        r"\w+",
        "de at fr it es pt nl be fi ee lv lt sk si gr pl cz hu ro bg hr rs tr ru by ua kz br cl ar co"
        " uy vn id dk no se is cy lu",
    )
)

# Thousands in threes, or behind the first in twos as in India.
_NUMBER = (
    r"\d{1,2}(?:,\d\d)+,\d{3}(?:\.\d{1,2})?|\d{1,3}(?:[ \u00a0\u202f'’.,٬]\d{3})+(?:[.,٫]\d{1,4})?|\d+(?:[.,٫]\d{1,4})?"
)
_AMOUNT = re.compile(_NUMBER)
# Any sign: most are of one letter, and of the others the first letter tells soon that it is none.
_LETTERS = "".join(sign for sign in {**SIGNS, **SHARED} if len(sign) == 1)
_WORDS = sorted((sign for sign in {**SIGNS, **SHARED} if len(sign) > 1), key=len, reverse=True)
SIGN = (
    f"(?:[{re.escape(_LETTERS)}]|(?=[{re.escape(''.join(sorted({word[0] for word in _WORDS})))}])"
    f"(?:{'|'.join(map(re.escape, _WORDS))}))"
)
_SIGN = re.compile(rf"{SIGN}|(?<![A-Za-z])(?:{'|'.join(sorted([*CODES, *OLD_CODES]))})(?![A-Za-z])")
_BETWEEN = r"\s*[^\d\s]{0,4}\s*(?:-|–|—|~|to|bis|à|a(?!\w)|до|至)\s*[^\d\s]{0,4}\s*"
_RANGE = re.compile(rf"({_NUMBER}){_BETWEEN}({_NUMBER})(?!\d|\s*(?:개|件|个|pcs|items))")
# Signs that always follow their amount: `2,900원 957개` is not 957 of anything.
_AFTER = frozenset(("руб", "р.", "원", "грн", "тг", "zł", "Kč", "Ft", "лв", "円", "元", "Lei", "lei", "TL", "kr"))
_BEFORE = "|".join(re.escape(sign) for sign in sorted({*SIGNS, *SHARED} - _AFTER, key=len, reverse=True))
_BESIDE = re.compile(rf"(?:{_BEFORE})\s*({_NUMBER})|({_NUMBER})\s*(?:{_SIGN.pattern})")
# What groups thousands and is no point.
_SPACE = re.compile(r"[ \u00a0\u202f'’٬]")
_WITH_POWER = re.compile(r"\d+(?:\.\d+)?[eE]\+?\d{1,2}")
# What is left of a number that is no amount: `1e-07`.
_POWER = re.compile(r"[eE][+-]?\d")
# What companies are worth is told in such, a price is not: `$2.34B`, `3 Mio. €`.
_GREAT = r"(?:万|萬|亿|億|[mb]io\b|mrd\b|[mb]illion|[mb]illi?ard)"
_WORTH = re.compile(rf"(?i)[$€£¥￥]\s?\d[\d.,]*(?:[kmb]n?(?![a-z])|\s?{_GREAT})|\d\s?{_GREAT}[a-z.]*\s?[€£$円元]")
# The sign in the point's place, as French shops write it: `189€99`.
_EURO_POINT = re.compile(r"(?<![€\d.,])(\d{1,5})\s?€\s?(\d\d)(?!\d|\s*€)")
# A letter that is money only before a number, and in one country.
_RAND = re.compile(r"(?<![A-Za-z])R\s?\d")
# A dash for the cents, which is written of money alone: `2 999,-`, `499:-`.
_NO_CENTS = re.compile(r"\d(?:,[-–—]|:-)(?!\s*\d)")
# What taxes on goods make of an amount.
LEAST_TAX, MOST_TAX = Decimal("1.04"), Decimal("1.28")
_CENTS = re.compile(r"[.,]\d\d\Z")
NEARLY = 3
CEILING = Decimal(10) ** 11


@dataclass(frozen=True)
class Priced:
    """What a text says about money: lowest and highest amount, and the currency if the text names one."""

    low: Decimal
    high: Decimal
    currency: str | None


def currency_of(text: str, country: str) -> str | None:
    """The one currency a text names, by sign or code; a sign that several share is settled by `country`."""
    found = _SIGN.search(text)
    if not found:
        return "ZAR" if country == "za" and _RAND.search(text) else None
    sign = found[0]
    if sign in SHARED:
        homes = SHARED[sign]
        return homes.get(country) or homes.get("")
    return SIGNS.get(sign) or code_of(sign)


def code_of(value: object) -> str | None:
    """An ISO 4217 code from a field that should hold one (`RUR`, ` eur `, `€`); None if it doesn't."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    code = text.upper()
    code = OLD_CODES.get(code, code)
    return code if code in CODES or code in MORE_CODES else SIGNS.get(text)


def number(text: str, currency: str | None, country: str, *, machine: bool = False) -> Decimal | None:
    """One amount from its digits and separators.

    `machine` texts come from a field meant for programs, where a point is a decimal point unless the currency has no
    such fraction. A lone separator before three digits groups thousands, save in `0.125` and dinars of three places.
    """
    digits = _SPACE.sub("", text).replace("٫", ".")
    point, comma = digits.rfind("."), digits.rfind(",")
    if point >= 0 and comma >= 0:
        thousands, decimal = (",", ".") if point > comma else (".", ",")
        digits = digits.replace(thousands, "").replace(decimal, ".")
    elif point >= 0 or comma >= 0:
        separator = "." if point >= 0 else ","
        whole, _, fraction = digits.rpartition(separator)
        if separator in whole:
            digits = digits.replace(separator, "")
        elif len(fraction) == 3 and whole != "0" and _groups(separator, currency, country, machine):
            digits = whole + fraction
        else:
            digits = f"{whole}.{fraction}"
    try:
        amount = Decimal(digits)
    except InvalidOperation:
        return None
    return amount if amount < CEILING else None


def _groups(separator: str, currency: str | None, country: str, machine: bool) -> bool:
    decimals = places(currency or "")
    if decimals == 3:
        return False
    if decimals == 0 or separator == ",":
        return True
    return country in COMMA_COUNTRIES or (not machine and currency not in (None, "USD", "GBP", "CNY"))


def amount(value: object, currency: str | None, country: str) -> Decimal | None:
    """An amount from a field meant for programs: number or text, with or without a sign; zero is no price."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float, Decimal)):
        value = str(value)
    if not isinstance(value, str) or len(value) > 100:
        return None
    text = value.strip()
    if _WITH_POWER.fullmatch(text):
        text = str(Decimal(text).quantize(Decimal("0.01")))
    found = _AMOUNT.search(text)
    if not found or text[: found.start()].rstrip().endswith("-") or _POWER.match(text, found.end()):
        return None
    parsed = number(found[0], currency, country, machine=True)
    return parsed if parsed else None


def taxed(net: Decimal | None, gross: Decimal | None) -> bool:
    """Whether one amount may be the other with the tax on top, as shops for companies tell both."""
    return net is not None and gross is not None and LEAST_TAX * net < gross < MOST_TAX * net


def priced(text: str, country: str, currency: str | None = None) -> Priced | None:
    """What a visible text such as `¥149.00 - 159.00` says; None if it holds no amount."""
    if len(text) > 200 or _WORTH.search(text):
        return None
    if "€" in text:
        text = _EURO_POINT.sub(r"\1,\2 €", text)
    own = currency_of(text, country) or (COUNTRY_CURRENCY.get(country) if _NO_CENTS.search(text) else None)
    named = own or currency
    if (span := _RANGE.search(text)) is not None and _both(span[1], span[2]):
        texts = [span[1], span[2]]
    elif (beside := _BESIDE.search(text)) is not None:
        texts = [beside[1] or beside[2]]
    else:
        texts = [match[0] for match in _AMOUNT.finditer(text)][:1]
    amounts = [value for value in (number(each, named, country) for each in texts) if value]
    return Priced(min(amounts), max(amounts), own) if amounts else None


def _both(low: str, high: str) -> bool:
    """Whether two numbers are written much alike: `4 a 199,90` says four of something else."""
    return (_CENTS.search(low) is None) == (_CENTS.search(high) is None) or abs(len(high) - len(low)) <= NEARLY


def country_with(currency: str) -> str:
    """The country that alone has a currency, "" if several have it or none is known to."""
    homes = [country for country, own in COUNTRY_CURRENCY.items() if own == currency]
    return homes[0] if len(homes) == 1 else ""


def country_of(host: str, language: str) -> str:
    """The shop's country: from its address, else from a full page language such as `es-CL`; "" if neither tells."""
    last = host.rsplit(".", 1)[-1].lower()
    if last in COUNTRY_CURRENCY:
        return "gb" if last == "uk" else last
    told = re.fullmatch(r"([A-Za-z]{2})(?:[-_]([A-Za-z]{2}))?", language.strip())
    if told is None:
        return ""
    return told[2].lower() if told[2] else LANGUAGE_COUNTRY.get(told[1].lower(), "")
