"""Pages that stand in the product's place: captchas, login walls, and shells that only scripts would fill."""

from __future__ import annotations

import re

from collect.extraction.page import Page
from daifa.models.collected import Blocked

_CAPTCHA = re.compile(
    rb"(?i)_____tmd_____/punish|x5secdata|nc-container|nocaptcha|punish-component|/errors/validatecaptcha|opfcaptcha|"
    rb"cf-challenge|challenge-platform/h/|cf_chl_|cf-turnstile|__cf_chl|px-captcha|perimeterx|"
    rb"captcha-delivery\.com|datadome|"
    rb"distil_r_captcha|incapsula incident|_incapsula_resource|awswafcookiedomainlist|gokuprops|geetest_|"
    rb"verify\.meituan"
)
_CAPTCHA_SAID = re.compile(
    r"(?i)robot check|are you a (?:human|robot)|not a robot|verify (?:you are|that you'?re) (?:a )?human|"
    r"unusual traffic|"
    r"security check|access denied|access to this page has been denied|just a moment|attention required|"
    r"pardon our interruption|"
    r"enter the characters you see|type the characters|checking your browser|request (?:was )?blocked|bot verification|"
    r"captcha interception|滑块|验证码|安全验证|访问受限|访问被拒绝|人机验证|请完成验证|亲，访问"
)
_LOGIN_ADDRESS = re.compile(
    r"(?i)login\.(?:taobao|1688|tmall|alibaba|aliexpress)|/(?:member/)?(?:login|signin|sign-in|account/login)\b|"
    r"/password$"
)
_LOGIN_SAID = re.compile(
    r"(?i)^\W*(?:log ?in|sign ?in|login required|members only|anmelden|connexion|登录|会员登录|用户登录|请登录)"
)
_GONE = re.compile(
    r"(?i)您查看的(?:宝贝|商品|页面)|(?:宝贝|商品)(?:不存在|可能已下架)|已下架或者被转移|页面不存在|"
    r"\bpage (?:not found|you requested|you(?:'re| are) looking for)|"
    r"(?:product|item) (?:is no longer|no longer exists|was not found)"
)
# What a shop says in a heading or a title where a product or a page was.
_GONE_SAID = tuple(
    re.split(
        r",\s*",
        "not found, no longer available, introuvable, n'est plus disponible, n'est pas disponible, n'existe plus, "
        "n'existe pas, nicht mehr verfügbar, nicht gefunden, no encontrad, no existe, non trovat, "
        "non è più disponibile, não encontrad, niet gevonden, hittades inte, ikke fundet, ei löytynyt, "
        "nie znaleziono, nie istnieje, nenalezen, "
        "nem található, не найден, не существует, не знайден, bulunamadı, 見つかりません, 找不到, 不存在, 찾을 수 없, "
        "không tìm thấy, ไม่พบ",
    )
)
_NUMBER = re.compile(r"(?i)\W*(?:error\W*)?404\b(?!\s\w)")
_PASSWORD = re.compile(r"(?i)<input\b[^<>]{0,500}\btype\s*=\s*[\"']?password")
FEW_WORDS = 400
MOST_READ = 20_000


def gone(page: Page) -> bool:
    """Whether the page's heading or title says that what was here is here no more."""
    told = f"{page.heading or ''}\n{page.title or ''}".casefold()
    return any(said in told for said in _GONE_SAID) or any(map(_NUMBER.match, told.split("\n")))


def page_block(page: Page) -> Blocked | None:
    """Why a page without a product has none, or None if it is an ordinary page."""
    text = " ".join(told for told, _ in page.markup.everything)
    shown = len(text)
    title = f"{page.title or ''} {page.heading or ''}"
    if shown < 3000 and (_CAPTCHA.search(page.body[:200_000]) or _CAPTCHA_SAID.search(title) or
                         (shown < 1500 and _CAPTCHA_SAID.search(text))):  # fmt: skip
        return Blocked.CAPTCHA
    if _LOGIN_ADDRESS.search(page.url) or (shown < 2500 and _PASSWORD.search(page.markup.text)) or (
        shown < FEW_WORDS and _LOGIN_SAID.search(page.title or "")):  # fmt: skip
        return Blocked.LOGIN_WALL
    if shown < 80 or (shown < FEW_WORDS and page.heading is None and page.markup.scripted):
        return Blocked.EMPTY_SHELL
    if _GONE.search(text[:MOST_READ]) and not page.heading:
        return Blocked.NO_PRODUCT
    return None
