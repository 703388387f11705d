"""How shops say, in the languages they sell in, that a product can be bought, that it can't, or that it will be again.

A phrase may begin anywhere at a word's beginning; a star stands for the rest of a word. Those of languages that are
written without spaces may stand anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Said before "sold out": not yet.
_NEARLY = re.compile(
    r"(?:\b(?:fast|almost|nearly|soon|presque|bientôt|casi|quasi|quase|bijna|næsten|nesten|nästan|snart|prawie|téměř|"
    r"takmer|почти|майже|neredeyse|hampir|sắp)|即将|快要|まもなく)\s*\Z"
)
# Said behind it: not yet, either.
_SOON = re.compile(r"\s*(?:soon|임박)")
# Not the product but one way to get it: `Collection not available`.
_ONE_WAY = re.compile(
    r"collect|pick-?\s?up|in[- ]store|delivery|abhol|retiro|retrait|ritiro|recoger|recogida|tienda|magasin|filiale|"
    r"im markt|winkel|negozio|butik|prodejn|predajn|самовывоз|自提|门店|店舗|매장"
)
# Behind "in stock": that there is none.
_NONE = r"\W*(?:0\b|no\b|nein\b|non\b|нет\b|soon)"
# In Thai the word for it is a part of others, unless it ends what is said.
_OUT_AT_THE_END = r"หมด(?:แล้ว|สต็อก|ชั่วคราว)?\Z"
_WORD = re.compile(r"\w+")
_OUT = """
out of stock | sold out | currently unavailable | temporarily unavailable | no longer available | not available
not in stock | no stock | 0 in stock | 0 units in stock
item unavailable | product unavailable | is unavailable | discontinued | retired product
ausverkauft | vergriffen | nicht verfügbar | nicht lieferbar | nicht mehr verfügbar | nicht mehr lieferbar
nicht zur verfügung | nicht auf lager | nicht vorrätig | nicht mehr vorrätig | kein bestand
rupture de stock | en rupture | épuisé* | indisponible | plus disponible | plus en stock | pas disponible
victime de son succès
non disponibile | non più disponibile | non è disponibile | esaurit* | non ordinabile
agotad* | no disponible | no está disponible | sin stock | sin existencias | fuera de stock | no hay existencias
esgotad* | indisponível | fora de estoque | fora de stock | sem estoque | sem stock | não disponível
uitverkocht | niet op voorraad | niet leverbaar | niet beschikbaar | niet meer leverbaar | niet meer beschikbaar
slutsåld* | slut i lager | ej i lager | inte i lager | tillfälligt slut | inte längre tillgänglig | finns ej i lager
udsolgt | ikke på lager | ikke længere tilgængelig | ikke tilgængelig
utsolgt | ikke lenger tilgjengelig | ikke tilgjengelig | uppselt
loppuunmyyty | ei varastossa | tilapäisesti loppu | loppu varastosta | ei saatavilla
wyprzedan* | niedostępn* | brak w magazynie | brak towaru | brak na stanie | brak produktu | nie jest dostępn*
vyprodán* | není skladem | nedostupn* | není k dispozici | není na skladě | nemáme skladem
vypredan* | nie je skladom | nie je na sklade | nie je k dispozícii
ni na zalogi | razprodan* | ni na voljo
elfogyott | nincs raktáron | nincs készleten | nem elérhető | nem rendelhető
stoc epuizat | epuizat | indisponibil* | nu este în stoc | nu este in stoc | nu este disponibil* | lipsă stoc
nema na zalihi | nema na zalihama | nema na skladištu | nema na lageru | nema na stanju | nije na zalihi
nije dostup* | rasprodan* | rasprodat* | нема на стању | није доступ* | распродат*
išparduot* | neturime | nėra sandėlyje | prekės nėra | nėra prekyboje | izpārdot* | nav pieejam* | nav noliktavā
läbi müüdud | otsas | pole laos | ei ole laos | ei ole saadaval
tükendi* | tükenmiştir | stokta yok | stokta bulunm* | stoklarımızda yok* | temin edilem* | satışta değil
нет в наличии | нет на складе | распродан* | товар закончился | временно отсутствует | недоступен | снят с производства
немає в наявності | немає на складі | розпродано | товар закінчився | тимчасово відсутній | знято з виробництва
не в наявності | изчерпан* | няма наличност | няма в наличност | не е налич*
εξαντλ* | μη διαθέσιμ* | εκτός αποθέματος | δεν είναι διαθέσιμ* | δεν υπάρχει απόθεμα
אזל | לא במלאי | חסר במלאי | לא זמין | غير متوفر | غير متاح | نفذ* | نفدت | نفد | ناموجود | موجود نیست
hết hàng | ngừng kinh doanh | stok habis | habis terjual | stok kosong | tidak tersedia | kehabisan stok | habis dijual
"""
_OUT_ANYWHERE = """
สินค้าหมด | ของหมด | ไม่มีสินค้า | 缺貨 | 售完 | 無庫存 | 停售 | 沒有庫存 | 補貨中 | 暫無存貨 | 完售 | 已售罄 | 售罄
缺货 | 无货 | 已下架 | 商品下架 | 已抢光 | 已抢完 | 卖光 | 暂无库存 | 库存不足 | 在庫切れ | 売り切れ | 完売 | 品切れ
販売終了 | 販売休止 | 取扱終了 | 入荷待ち | 在庫なし | 在庫がございません | 在庫はございません | 在庫はありません
在庫がありません | 품절 | 재고없음 | 재고 없음 | 판매종료 | 판매 종료 | 판매중지 | 판매 중지 | 구매하실 수 없는
매진
"""
# Lines that begin so say that there is some.
_IN = """
in stock | auf lager | lagernd | sofort lieferbar | sofort verfügbar | en stock | in magazzino | em estoque
op voorraad | i lager | på lager | varastossa | w magazynie | skladem | na sklad* | na zalogi | na zalihi | raktáron
készleten | în stoc | in stoc | в наличии | є в наявності | в наявності | laos | σε απόθεμα | налично | còn hàng
stokta var | במלאי | متوفر | in_stock
"""
_IN_ANYWHERE = (
    "在庫あり | 在庫残少 | 残りわずか | 在庫わずか | 재고있음 | 재고 있음 | 有货 | 有貨 | 现货 | 現貨 | มีสินค้า"
)
# And these if they say nothing else: `Available in three colours` does.
_AVAILABLE = """
available | verfügbar | lieferbar | disponible | disponibile | disponível | disponibil | dostępn* | dostupn*
saatavilla | tersedia | διαθέσιμο | доступен
"""
_NOTIFY = """
notify me | email me when | e-mail me when | mail me when | back in stock | join the waitlist | join waitlist
benachrichtig* | verständig* | prévenez-moi | me prévenir | m'avertir | m'alerter | être alerté | avísame | avisarme
avisadme | avise-me | avisem-me | avisar-me | avvisami | avvertimi | houd me op de hoogte | houd mij op de hoogte
bevaka | giv besked | giv mig besked | gi beskjed | gi meg beskjed | få besked | ilmoita | powiadom | hlídat
hlídací | strážiť | upozorniť | upozornit | értesít* | anunță-mă | anunta-ma | obavijesti | obavesti | haber ver
gelince haber | уведомить | сообщить о | повідомити | ειδοποίηση | ενημέρωσε | עדכנו אותי | עדכן אותי | أعلمني
nhận thông báo | beritahu
"""
_NOTIFY_ANYWHERE = (
    "입고알림 | 입고 알림 | 재입고 | 再入荷 | 入荷通知 | 入荷お知らせ | 到货通知 | 到貨通知 | 有货通知 | 貨到通知"
)
_BUY = """
add to cart | add to bag | add to basket | add to trolley | add to your cart | add to your bag | add to your basket
add to my cart | add to my bag | add to my basket | add to shopping cart | add to shopping bag | add to the cart
add to the bag | add to the basket | buy now | buy it now | place bid | in den warenkorb | in den einkaufswagen
jetzt kaufen | ajouter au panier | acheter | aggiungi al carrello | acquista | añadir al carrito | añadir a la cesta
añadir al carro | añadir a la bolsa | agregar al carr* | agregar a la bolsa | comprar | adicionar ao carrinho
adicionar à sacola | in winkelwagen | in winkelmand | in mijn winkelwagen | lägg i varukorg* | lägg i kundvagn*
lisää koriin | lisää ostoskoriin | dodaj do koszyka | do koszyka | do košíka | do košíku | v košarico | kosárba
adauga in cos | adaugă în coș | adaugă în coş | sepete ekle | satın al | в корзину | купить | в кошик | купити
до кошика | у корпу | lisa ostukorvi | lisa korvi | į krepšelį | grozā | pievienot grozam | u košaricu | u korpu
læg i kurv* | legg i handlekurv* | προσθήκη στο καλάθι | στο καλάθι | добави в | הוסף לסל | הוספה לסל | أضف إلى
أضف للسلة | thêm vào giỏ | mua ngay | tambah ke keranjang | masukkan keranjang | beli sekarang
"""
_BUY_ANYWHERE = """
加入购物车 | 加入进货车 | 加入采购车 | 立即代发 | 一键代发 | 立即购买 | 立即订购 | 加入進貨單 | 加入購物車
立即購買 | 直接購買 | 加入購物 | 放入購物車 | หยิบใส่ตะกร้า | เพิ่มลงตะกร้า | เพิ่มในตะกร้า | เพิ่มไปยังตะกร้า
カートに入れる | カートに追加 | カートへ | かごに入れる | かごに追加 | カゴに入れる | 장바구니 | 구매하기 | 바로구매
"""


class _Phrases:
    """Phrases of many languages, looked for only in texts that hold a word, or a sign, that begins one of them."""

    def __init__(self, spaced: str, anywhere: str = "", at_the_end: str = "") -> None:
        phrases, unspaced = _parted(spaced), _parted(anywhere)
        first = [phrase.split()[0] for phrase in phrases]
        self.words = frozenset(_WORD.findall(word)[0] for word in first if not word.endswith("*"))
        self.stems = tuple({word.rstrip("*") for word in first if word.endswith("*")})
        self.signs = frozenset((*(phrase[0] for phrase in unspaced), *at_the_end[:1]))
        ways = (rf"\b(?:{_any(phrases)})(?!\w)", _any(unspaced), at_the_end)
        self.pattern = re.compile("|".join(filter(None, ways)))

    def search(self, text: str) -> re.Match[str] | None:
        """Where one of them stands first in a text of small letters."""
        if (
            self.words.isdisjoint(_WORD.findall(text))
            and self.signs.isdisjoint(text)
            and not any(stem in text for stem in self.stems)
        ):
            return None
        return self.pattern.search(text)


def _parted(table: str) -> list[str]:
    return [phrase for line in table.strip().splitlines() for each in line.split("|") if (phrase := each.strip())]


def _any(phrases: Iterable[str]) -> str:
    """One pattern for all of these, the longer before the shorter that they begin with."""
    return "|".join(re.escape(phrase).replace(r"\*", r"\w*") for phrase in sorted(phrases, key=len, reverse=True))


_SAYS_OUT = _Phrases(_OUT, _OUT_ANYWHERE, _OUT_AT_THE_END)
_SAYS_IN = re.compile(
    rf"\W*(?:(?:(?:{_any(_parted(_IN))})(?!\w)|{_any(_parted(_IN_ANYWHERE))})(?!{_NONE})|(?:{_any(_parted(_AVAILABLE))})\W*\Z)"
)
_SAYS_LATER = _Phrases(_NOTIFY, _NOTIFY_ANYWHERE)
_SAYS_BUY = _Phrases(_BUY, _BUY_ANYWHERE)


def out(text: str) -> int:
    """Where a text says that the product, and not one way to get it, can't be bought any more; -1 if it does not."""
    lower = text.lower()
    said = _SAYS_OUT.search(lower)
    if said is None or _NEARLY.search(lower[: said.start()]) or _SOON.match(lower, said.end()):
        return -1
    return said.start() if not _ONE_WAY.search(lower) else -1


def plenty(text: str) -> bool:
    """Whether a line, or what it says behind its label, begins by saying that there is some."""
    lower = text.lower()
    return _SAYS_IN.match(lower) is not None or _SAYS_IN.match(lower.rpartition(":")[2]) is not None


def notifies(text: str) -> bool:
    """Whether a text offers word of the product's return."""
    return _SAYS_LATER.search(text.lower()) is not None


def buys(text: str) -> bool:
    """Whether a button of this text buys something."""
    return _SAYS_BUY.search(text.lower()) is not None
