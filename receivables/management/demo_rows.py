"""Sample rows that look like a night's export from an SAP ledger, the same on every machine but for today's date."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

CUSTOMER_COUNT = 200
INVOICE_COUNT = 2000

# company code: currency, city and country of its customers, share of the ledger
COMPANIES = {
    "US01": ("USD", [("Austin", "US"), ("Denver", "US"), ("Tampa", "US")], 5),
    "DE01": ("EUR", [("Bremen", "DE"), ("Kassel", "DE"), ("Linz", "AT")], 3),
    "GB01": ("GBP", [("Leeds", "GB"), ("Bristol", "GB")], 2),
    "IN01": ("INR", [("Pune", "IN"), ("Kochi", "IN")], 1),
}
TRADES = ["Bakery", "Bearings", "Brewing", "Dairy", "Fasteners", "Foods", "Glass", "Hardware", "Logistics", "Optics"]
FAMILIES = ["Alder", "Birch", "Cedar", "Fern", "Hazel", "Juniper", "Laurel", "Maple", "Rowan", "Sorrel", "Willow"]
FORMS = {"USD": "Inc.", "EUR": "GmbH", "GBP": "Ltd", "INR": "Pvt Ltd"}
TERMS = {"N014": 14, "N030": 30, "N045": 45, "N060": 60}


def customer_rows(chance: random.Random) -> list[dict[str, Any]]:
    """Return customers under the contract's names, numbers padded to ten places as SAP exports them."""
    companies = chance.choices(list(COMPANIES), [share for *_, share in COMPANIES.values()], k=CUSTOMER_COUNT)
    return [_customer(chance, number, company) for number, company in enumerate(companies)]


def _customer(chance: random.Random, number: int, company: str) -> dict[str, Any]:
    name = f"{chance.choice(FAMILIES)} {chance.choice(TRADES)} {FORMS[COMPANIES[company][0]]}"
    host = name.lower().replace(" ", "-").replace(".", "")
    return {
        "customerno": f"{200400 + 7 * number:010}",
        "cocode": company,
        "companyname": name,
        "firstname": chance.choice(["Ada", "Ben", "Chloe", "Dev", "Elif", "Finn"]),
        "lastname": chance.choice(["Ahrens", "Brown", "Desai", "Evans", "Fischer", "Garcia"]),
        "phoneno": f"+1555{chance.randrange(10**7):07}",
        "emailaddress1": f"accounts.payable@{host}.example",
    }


def invoice_rows(chance: random.Random, customers: list[dict[str, Any]], today: date) -> Iterator[dict[str, Any]]:
    """Yield items of these customers, some much busier than others: invoices, credit memos, partial payments."""
    busy = [chance.paretovariate(1.2) for _ in customers]
    for number, customer in enumerate(chance.choices(customers, busy, k=INVOICE_COUNT)):
        yield _invoice(chance, number, customer, today)


def _invoice(chance: random.Random, number: int, customer: dict[str, Any], today: date) -> dict[str, Any]:
    posted = today - timedelta(days=int(chance.triangular(0, 180, 20)))
    terms, days = chance.choice(list(TERMS.items()))
    document = f"{1800000000 + number}"
    city, country = chance.choice(COMPANIES[customer["cocode"]][1])
    address = {"name": customer["companyname"], "city": city, "country": country}
    return {
        "companyCode": customer["cocode"],
        "customerNumber": customer["customerno"],
        "customerName": customer["companyname"],
        "accountingDocNumber": document,
        "invoiceNumber": f"9{document[1:]}",
        "fiscalYear": str(posted.year),
        "fiscalPeriod": f"{posted.month:02}",
        "lineItem": "001",
        "postDate": posted.isoformat(),
        "invoiceDate": (posted - timedelta(days=chance.randrange(3))).isoformat(),
        "dueDate": (posted + timedelta(days=days)).isoformat() if chance.random() > 0.03 else None,
        "paymentTerms": terms,
        "currency": COMPANIES[customer["cocode"]][0],
        "profitCenter": f"PC{chance.randrange(10, 40)}",
        "billAddr": address,
        "shipAddr": address,
        "status": "open",
        **_money(chance),
    }


def _money(chance: random.Random) -> dict[str, Any]:
    """Return a whole amount and what stands beside it: 8 % credit memos, 12 % partly paid invoices."""
    amount, kind = int(chance.lognormvariate(7.5, 1.1)) + 1, chance.random()
    if kind < 0.08:
        memo = {"documentType": "DG", "postingKey": "11", "debitCreditIndicator": "H"}
        return {"invoiceAmount": amount, "balanceAmount": f"{amount}-", **memo}
    balance = amount - int(amount * chance.uniform(0.1, 0.9)) if kind < 0.2 else amount
    invoice = {"documentType": "RV", "postingKey": "01", "debitCreditIndicator": "S"}
    return {"invoiceAmount": amount, "balanceAmount": str(balance), **invoice}
