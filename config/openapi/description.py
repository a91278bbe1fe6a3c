"""The first page of the OpenAPI document."""

DESCRIPTION = """\
Upload invoices and customers in bulk, and read them back.

**Log in** with a key pair, in one of two ways:

- the headers `api_key` and `api_secret` (or `Api-Key` and `Api-Secret`, where a proxy drops underscores),
- HTTP Basic: the key as user, the secret as password.

On this page: **Authorize**, then **Execute** under `GET /jsonApi/whoami`, which tells what the pair may do.

**Errors** are problem documents (RFC 9457), `application/problem+json`: `detail` says what to do, `errors` names each
row or parameter. **Lists** go page by page along `next`. Every address that answers `GET` answers 304 where
`If-None-Match` names the answer it would give, and `HEAD` with its headers (but `ETag`) alone. Every path answers
with a slash at its end, too. Every answer has an `X-Request-Id`, yours if you send one: name it when you ask about a
request.
"""
TAGS = [
    {"name": "account", "description": "Who is calling: the first call of every integrator."},
    {"name": "uploads", "description": "Send rows in bulk; every upload keeps its receipt."},
    {"name": "invoices", "description": "What is owed: items as the feed last described them."},
    {"name": "customers", "description": "Who owes."},
    {"name": "reports", "description": "What is open, summed."},
]
