"""What the API's document says of the service, and how it is made and shown: the settings of drf-spectacular."""

from config.openapi.description import DESCRIPTION, TAGS
from config.openapi.headers import SHARED

SPECTACULAR_SETTINGS = {
    "TITLE": "Receivables API",
    "DESCRIPTION": DESCRIPTION,
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    "TAGS": TAGS,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Authorization is not kept, for a secret would stay in the browser. No CSRF token is sent: the API has no session.
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
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.openapi.generators.refine",
    ],
}
