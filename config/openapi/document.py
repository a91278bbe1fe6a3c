"""What the API's document says of the service, and how it is made and shown: the settings of drf-spectacular."""

from config.openapi.headers import SHARED

DESCRIPTION = """\
Upload invoices and customers in bulk, and read them back.

**Log in** with a key pair, in one of two ways:

- the headers `api_key` and `api_secret` (or `Api-Key` and `Api-Secret`, where a proxy drops underscores),
- HTTP Basic: the key as user, the secret as password.

On this page: **Authorize**, then **Execute** under `GET /jsonApi/whoami`, which lists what the pair may do.

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
SPECTACULAR_SETTINGS = {
    "TITLE": "Receivables API",
    "DESCRIPTION": DESCRIPTION,
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    "TAGS": TAGS,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Authorization is not stored: a secret would stay in the browser. No CSRF token is sent: the API has no session.
    "SWAGGER_UI_SETTINGS": """{
        deepLinking: true,
        defaultModelsExpandDepth: 0,
        displayRequestDuration: true,
        filter: true,
        persistAuthorization: false,
        tryItOutEnabled: true,
        requestInterceptor: (request) => request,
    }""",
    "SCHEMA_PATH_PREFIX": "/jsonApi",
    "ENUM_NAME_OVERRIDES": {
        "Handling": "apiauth.models.Handling",
        "Outcome": "receivables.uploads.models.Outcome",
        "Scope": "apiauth.models.Scope",
        "Resource": "receivables.uploads.resources.Resource",
        "UploadState": "receivables.uploads.models.State",
        "AgingGroup": "receivables.reports.parameters.Grouping",
        "RateLimitPolicy": "apiauth.models.Policy",
        "StatementItemKind": "receivables.reports.statement_serializers.KINDS",
        "RefusalCode": "config.openapi.problems.REFUSAL_CODES",
        "ErrorCode": "receivables.uploads.api.receipts.ALL_ERROR_CODES",
        "WarningCode": "receivables.uploads.warnings.WARNING_CODES",
        "AgingDateBasis": "receivables.reports.parameters.DateBasis",
    },
    "APPEND_COMPONENTS": {"headers": SHARED},
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "config.openapi.generators.refine"],
}
