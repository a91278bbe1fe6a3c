"""The large tables of an account, and what their rows hold: the same in every schema that has these columns."""

from typing import LiteralString, NamedTuple

ACCOUNTS = 8
OF_UPLOAD = 1000  # invoices


class Filling(NamedTuple):
    """A table, for how many invoices it has one row, and what its columns hold in the row of number n, from 0."""

    table: str
    of_invoices: int  # 0: it has `rows` of them
    columns: dict[str, LiteralString]
    rows: int = 0


ADDRESS: LiteralString = """jsonb_build_object('name', 'Customer ' || n || ' Manufacturing and Trading Company',
    'street', n || ' Main Street', 'city', 'Springfield', 'zip', n % 100000, 'country', 'US')"""
CHANGE: LiteralString = """jsonb_build_object('balanceAmount', jsonb_build_array(n::text, '0'))"""

FILLINGS = [
    Filling("auth_user", 0, {"id": "n + 1", "username": "'clerk'"}, 1),
    Filling("apiauth_account", 0, {"id": "n + 1", "name": "'Account ' || n"}, ACCOUNTS),
    Filling(
        "uploads_upload",
        OF_UPLOAD,
        {
            "id": "md5('upload ' || n)::uuid",
            "account_id": "1 + n % 8",
            "resource": "'invoices'",
            "state": "'finished'",
            "staff_username": "'clerk'",
            "is_dry_run": "false",
            "body_digest": "decode(md5(n::text), 'hex')",
            "created_at": "now() - n * interval '1 minute'",
        },
    ),
    Filling(
        "customers_customer",
        20,
        {
            "id": "n + 1",
            "account_id": "1 + n % 8",
            "customer_number": "lpad((100000 + n)::text, 10, '0')",
            "company_name": "'Customer ' || n || ' Manufacturing and Trading Company'",
            "email_address": "'ap' || n || '@example.com'",
            "last_upload_id": "md5('upload ' || n % 8)::uuid",
        },
    ),
    Filling(
        "receivables_invoice",
        1,
        {
            "id": "n + 1",
            "account_id": "1 + n / 1000 % 8",
            "company_code": "'US01'",
            "customer_number": "lpad((100000 + n * 7919 % 5000 * 8 + n / 1000 % 8)::text, 10, '0')",
            "customer_name": "'Customer ' || n % 5000 || ' Manufacturing and Trading Company'",
            "invoice_number": "(9000000000 + n)::text",
            "accounting_doc_number": "(1800000000 + n)::text",
            "fiscal_year": "'2026'",
            "line_item": "'001'",
            "currency": "'USD'",
            "billing_address": ADDRESS,
            "shipping_address": ADDRESS,
            "invoice_amount": "1000 + n * 104729 % 900000",
            "local_amount": "1000 + n * 104729 % 900000",
            "balance_amount": "CASE WHEN n % 10 < 3 THEN 0 ELSE 1000 + n * 104729 % 900000 END",
            "balance_text": "(CASE WHEN n % 10 < 3 THEN 0 ELSE 1000 + n * 104729 % 900000 END)::text",
            "due_date": "current_date - (n % 1000)::int",
            "posting_date": "current_date - (n % 1000)::int - 30",
            "document_type": "'RV'",
            "posting_key": "'01'",
            "debit_credit_indicator": "'S'",
            "reference1": "'PO ' || 4500000000 + n / 3",
            "item_text": "'Delivery ' || n || ' as per frame contract'",
            "last_upload_id": "md5('upload ' || n / 1000)::uuid",
            "created_upload_id": "md5('upload ' || n / 1000)::uuid",
            "created_at": "now() - n / 1000 * interval '1 minute'",
            "updated_at": "now() - n / 1000 * interval '1 minute'",
        },
    ),
    Filling(
        "receivables_invoicechange",
        1,
        {
            "account_id": "1 + n / 1000 % 8",
            "invoice_id": "n + 1",
            "upload_id": "md5('upload ' || n / 1000)::uuid",
            "changes": CHANGE,
        },
    ),
    Filling(
        "customers_customerchange",
        20,
        {
            "account_id": "1 + n % 8",
            "customer_id": "n + 1",
            "upload_id": "md5('upload ' || n % 8)::uuid",
            "changes": CHANGE,
        },
    ),
    *(
        Filling(table, 20, {"account_id": "1 + n % 8", "customer_id": "n + 1", "currency": "'USD'", "amount": "n"})
        for table in ("receivables_openbalance", "receivables_overduebalance")
    ),
    Filling(
        "receivables_invoicenote",
        100,
        {"account_id": "1 + n / 10 % 8", "invoice_id": "n * 100 + 1", "author_username": "'clerk'", "text": "'A note'"},
    ),
    Filling("receivables_tag", 0, {"id": "n + 1", "account_id": "1 + n % 8", "name": "'Tag ' || n"}, 10 * ACCOUNTS),
    Filling(
        "receivables_invoicetag",
        100,
        {"account_id": "1 + n / 10 % 8", "invoice_id": "n * 100 + 1", "tag_id": "1 + n / 10 % 8"},
    ),
    Filling(
        "uploads_rejectedrow",
        100,
        {
            "account_id": "1 + n / 10 % 8",
            "upload_id": "md5('upload ' || n / 10)::uuid",
            "index": "n % 10",
            "text": "repeat('a rejected row ', 20)",
            "errors": "jsonb_build_array(jsonb_build_object('identity', jsonb_build_object('invoiceNumber', n)))",
        },
    ),
    Filling(
        "uploads_seenitems",
        OF_UPLOAD,
        {
            "account_id": "1 + n % 8",
            "upload_id": "md5('upload ' || n)::uuid",
            "item_ids": "ARRAY(SELECT generate_series(n * 1000 + 1, n * 1000 + 1000))",
        },
    ),
    Filling(
        "uploads_fullload",
        10_000,
        {
            "id": "md5('load ' || n)::uuid",
            "account_id": "1 + n % 8",
            "staff_username": "'clerk'",
            "form": "'request'",
            "state": "'closed'",
            "company_codes": "ARRAY['US01']",
        },
    ),
    Filling(
        "uploads_loadedcode",
        10_000,
        {"account_id": "1 + n % 8", "load_id": "md5('load ' || n)::uuid", "company_code": "'US01'"},
    ),
    Filling(
        "uploads_missingitem",
        100,
        {
            "account_id": "1 + n / 100 % 8",
            "load_id": "md5('load ' || n / 100)::uuid",
            "invoice_id": "n + 1",
            "company_code": "'US01'",
            "currency": "'USD'",
        },
    ),
    Filling(
        "uploads_draft",
        OF_UPLOAD,
        {"id": "md5('draft ' || n)::uuid", "account_id": "1 + n % 8", "staff_id": "1", "resource": "'invoices'"},
    ),
    Filling(
        "uploads_filepart",
        OF_UPLOAD,
        {
            "account_id": "1 + n % 8",
            "draft_id": "md5('draft ' || n)::uuid",
            "content": "repeat('a row ', 9999)::bytea",
        },
    ),
    Filling(
        "uploads_bodypart",
        OF_UPLOAD,
        {
            "account_id": "1 + n % 8",
            "upload_id": "md5('upload ' || n)::uuid",
            "content": "repeat('a row ', 9999)::bytea",
        },
    ),
]
