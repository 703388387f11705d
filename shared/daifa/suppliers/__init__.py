"""Suppliers we can buy from, by the name a supplier row gives as its adapter."""

SUPPLIERS = {
    "alibaba": "daifa.suppliers.alibaba:Alibaba",
    "cj": "daifa.suppliers.cj:Cj",
    "email": "daifa.suppliers.email:Email",
    "webhook": "daifa.suppliers.webhook:Webhook",
}

# Adapters that read offers themselves (`ports.OfferReader`), with how the path of a product page names the offer.
OFFER_PAGES = {"alibaba": r"/offer/(\d{6,20})\.html$"}

# Adapters that find offers by words (`ports.OfferSearch`).
SEARCHED = {"alibaba"}

# Adapters that buy by the numbers of their own offers; those of a price list mean nothing to them.
NUMBERED = {"alibaba", "cj"}

# Adapters whose suppliers may tell their recent orders (`capabilities.lists` says whether one does).
LISTING = {"alibaba", "cj", "webhook"}
