"""Settings of the service. Every value that differs between machines is an environment variable.

docs/configuration.md lists the variables. Nothing is needed for a first start: without DATABASE_URL a
PostgreSQL of the project's own runs in VAR_DIR, and secrets are made once and stored there.
"""

import re
from pathlib import Path

import dj_database_url
from environs import Env, validate

from config import mail
from config.admin.settings import *  # noqa: F403 - the names that Django, django-axes, the theme and django-csp read
from config.http.addresses import STATIC, PublicURL
from config.openapi import document
from config.var_dir import generated_secret

env = Env()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("VAR_DIR", "var")).absolute()

SECRET_KEY = env.str("SECRET_KEY", None) or generated_secret(VAR_DIR / "secret_key")
# Digests of API secrets are keyed with it: whoever changes it retires every key pair.
API_KEY_PEPPER = env.str("API_KEY_PEPPER", None) or generated_secret(VAR_DIR / "api_key_pepper")
ARE_SECRETS_NAMED = bool(env.str("SECRET_KEY", None) and env.str("API_KEY_PEPPER", None))

DEBUG = env.bool("DEBUG", False)
# Where the service is reached from outside, if links are to name it; its path is a prefix of all others.
PUBLIC_URL = PublicURL.parsed(env.str("PUBLIC_URL", ""))
FORCE_SCRIPT_NAME = PUBLIC_URL.prefix or None
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
if PUBLIC_URL.origin:
    ALLOWED_HOSTS.append(PUBLIC_URL.host)
    CSRF_TRUSTED_ORIGINS.append(PUBLIC_URL.origin)

INSTALLED_APPS = [
    "config.apps.ServiceConfig",  # before staticfiles: its runserver lets the headers api_key and api_secret through
    "procrastinate.contrib.django",
    "axes",
    "apiauth",
    "customers",
    "receivables",
    "receivables.uploads",
    "rest_framework",
    "django_filters",
    "unfold.apps.BasicAppConfig",  # before the admin, whose templates it replaces
    "unfold.contrib.filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "config.apps.ServiceAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "config.http.answers.cache_policy",  # before all others, so that no answer is without it
    "config.http.middleware.ErrorsAsProblems",
    "config.http.middleware.RefusePlainHTTP",
    "django.middleware.security.SecurityMiddleware",
    "config.http.pages.PagePolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.http.middleware.Compression",
    "config.http.middleware.StripTrailingSlash",
    "config.http.middleware.RefuseNulInPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.http.pages.PageLanguage",
    "django.middleware.common.CommonMiddleware",
    "config.http.middleware.ConditionalGet",
    "config.http.middleware.AnonymousFormLimit",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.http.pages.SessionsEndWhenIdle",
    "config.http.pages.MethodNotAllowedPage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.http.middleware.RefuseLargeBodies",
    "config.http.middleware.KnownParameters",
    "apiauth.lost_accounts.NameLostAccounts",
    "axes.middleware.AxesMiddleware",  # the last: it answers in place of a login that is locked
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = True  # serves the admin; the API's paths are settled before it in StripTrailingSlash

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("django.template.loaders.cached.Loader", ["config.admin.pages.LeanThemeLoader"])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

for _scheme in ("postgresql", "postgres", "pgsql"):
    dj_database_url.register(_scheme, "config.database")(dj_database_url.apply_current_schema)
# Without DATABASE_URL: the embedded PostgreSQL, which starts with the first connection.
dj_database_url.register("embedded", "config.embedded_postgres")
DATABASES = {"default": env.dj_db_url("DATABASE_URL", "embedded://postgres@/postgres")}
DATABASES["default"] |= {"CONN_MAX_AGE": env.int("CONN_MAX_AGE", 60), "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# What apps need of those above them, which they do not import: names of addresses, and an account's last upload.
UPLOAD_URL, UPLOAD_INVOICES_URL = "upload-detail", "upload-invoices"
UPLOADS_PAGE_URL = "admin:uploads_upload_changelist"
LAST_UPLOADS = "receivables.uploads.models.last_uploads"

# Proxies in front that add their client's address to X-Forwarded-For; 0 believes no such header.
PROXY_COUNT = env.int("PROXY_COUNT", 0, validate=validate.Range(min=0))

# Without EMAIL_URL no mail is sent: links to set a password are shown to be copied.
EMAIL_URL = env.str("EMAIL_URL", "")
HAS_MAIL = bool(EMAIL_URL)
globals().update(mail.settings_of(EMAIL_URL) if HAS_MAIL else {})  # EMAIL_HOST and so on
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", globals().get("DEFAULT_FROM_EMAIL", "receivables@localhost"))

LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "config" / "locale", BASE_DIR / "config" / "theme_locale"]  # ours, and the theme's
TIME_ZONE = "UTC"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]

STATIC_URL = PUBLIC_URL.prefix + STATIC
# Servers collect the static files there themselves: no collectstatic step to forget.
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.http.static_files.ContentNamedFiles"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_USE_FINDERS = True  # they answer under their plain names, too, and where they cannot be collected

# Uploads. Both limits are checked before anything is stored.
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", 512 * 1024 * 1024)
UPLOAD_MAX_ROWS = env.int("UPLOAD_MAX_ROWS", 500_000)
# How long a thread waits for a sender, or for a reader: whoever stalls must not keep it from the others. All of a
# request's head must come within HEAD_SECONDS; a body so many bytes a second on average after its first seconds, and
# without a longer pause; and of an answer that is being sent, some must be read within FILE_STALLED_SECONDS.
HEAD_SECONDS = env.float("HEAD_SECONDS", 5)
BODY_GRACE_SECONDS = env.float("BODY_GRACE_SECONDS", 10)
BODY_MIN_BYTES_PER_SECOND = env.int("BODY_MIN_BYTES_PER_SECOND", 8_000, validate=validate.Range(min=1))
BODY_PAUSE_SECONDS = env.float("BODY_PAUSE_SECONDS", 30)
FILE_STALLED_SECONDS = env.float("FILE_STALLED_SECONDS", 15, validate=validate.Range(min=0, min_inclusive=False))
# What the proxy in front takes (nginx: client_max_body_size), for a check to compare with.
PROXY_MAX_BODY_BYTES = env.int("PROXY_MAX_BODY_BYTES", None)
# Bad rows of one upload that are stored with their errors; all of them are counted.
UPLOAD_MAX_REJECTED_ROWS = env.int("UPLOAD_MAX_REJECTED_ROWS", 10_000)
# What the uploads of an account may keep in a day of their bad rows, errors and warnings; all of them are counted. It
# is what 800 uploads take of which a thousand rows each are bad.
REJECTED_BYTES_PER_DAY = env.int("REJECTED_BYTES_PER_DAY", 256 * 1024 * 1024, validate=validate.Range(min=0))
# How long an upload waits for another of its account and resource, before it is answered with 503.
UPLOAD_LOCK_SECONDS = env.int("UPLOAD_LOCK_SECONDS", 60)
# For how many days what an upload did can be taken back; 0 is not at all.
UNDO_DAYS = env.int("UNDO_DAYS", 30, validate=validate.Range(min=0, max=3650))
# Requests a minute for each key, by policy (apiauth.models.Policy); 0 is no limit. A feed must never meet its own: the
# service takes some hundred uploads of one row in a second, and this is a thousand.
RATE_LIMITS = {
    "read": env.int("RATE_LIMIT_READ", 6_000, validate=validate.Range(min=0)),
    "upload": env.int("RATE_LIMIT_UPLOAD", 60_000, validate=validate.Range(min=0)),
    "report": env.int("RATE_LIMIT_REPORT", 600, validate=validate.Range(min=0)),
}
# Uploads, and files, that a key may have under way at the same time: each takes a thread and a database connection.
UPLOADS_AT_ONCE = env.int("UPLOADS_AT_ONCE", 32, validate=validate.Range(min=1))
FILES_AT_ONCE = env.int("FILES_AT_ONCE", 4, validate=validate.Range(min=1))
# What bodies of an account may take, compressed, while they wait for a worker.
UPLOADS_WAITING_BYTES = env.int("UPLOADS_WAITING_BYTES", 4 * 1024**3, validate=validate.Range(min=1))

# TLS ends at the proxy in front; with HTTPS=true its X-Forwarded-Proto is believed and plain HTTP refused.
HTTPS = env.bool("HTTPS", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_SSL_HOST = PUBLIC_URL.origin.partition("://")[2] or None
# Probes come from inside, without TLS. Django matches paths without their first slash.
SECURE_REDIRECT_EXEMPT = [rf"^{re.escape(f'{PUBLIC_URL.prefix}/'[1:])}(healthz|readyz)/?$"]
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000) if HTTPS else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# Browsers take a cookie of the prefix __Host- from this host alone, and over TLS: no sibling host can plant one. It is
# for whole hosts: under a path of one, cookies are kept from its other paths, and from those of the same names.
_COOKIE_PREFIX = ("__Secure-receivables_" if HTTPS else "receivables_") if PUBLIC_URL.prefix else "__Host-" * HTTPS
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrftoken"
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = f"{PUBLIC_URL.prefix}/"
if PUBLIC_URL.prefix:  # the cookie of messages would go to every path of the host
    MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"  # a link in a mail finds its reader logged in
CSRF_FAILURE_VIEW = "config.api.problems.csrf_failure"
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds without a request
SESSION_RENEWED_EVERY = 15 * 60  # seconds; to note each request would cost each a write
# HSTS for sibling hosts and browsers' preload lists bind a whole domain: its owner decides, not this service.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apiauth.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["apiauth.authentication.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["apiauth.quotas.KeyThrottle"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "config.api.negotiation.JSONByDefault",
    "DEFAULT_RENDERER_CLASSES": ["config.api.negotiation.ExactJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "config.api.pagination.KeysetPages",
    "DEFAULT_SCHEMA_CLASS": "config.openapi.operations.OperationSchema",
    "EXCEPTION_HANDLER": "config.api.problems.problem_response",
    "URL_FORMAT_OVERRIDE": None,
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%S.%fZ",  # of TIME_ZONE; always with its microseconds, as lists have them
}

SPECTACULAR_SETTINGS = document.SPECTACULAR_SETTINGS | {
    "SERVERS": [{"url": str(PUBLIC_URL) or "/", "description": "This service"}]
}

PROCRASTINATE_IMPORT_PATHS = [
    "apiauth.login.links",
    "receivables.uploads.worker",
    "receivables.uploads.loads.tasks",
    "receivables.uploads.file_upload.previews",
]
# The queue of uploads that senders do not wait for. The event loop of a worker has threads for four at the least;
# reading JSON holds the interpreter's lock, so that more workers do more than more threads.
PROCRASTINATE_WORKER_DEFAULTS = {
    "concurrency": env.int("WORKER_CONCURRENCY", 2, validate=validate.Range(min=1, max=4)),
    "delete_jobs": "successful",
    # Uploads of one account wait for each other, and no notice is given when it is the next one's turn.
    "fetch_job_polling_interval": 0.5,
}
# An upload that began so long ago, and that no worker has locked, is ingested again: its worker died.
UPLOAD_LOST_SECONDS = env.int("UPLOAD_LOST_SECONDS", 10, validate=validate.Range(min=2, max=60))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_suffix": {"()": "config.http.answers.RequestIdFilter"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name}{request_suffix}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_suffix"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
}
