"""How people log in, how guessing at passwords is stopped, how the admin looks, and what pages may load: settings of
Django, django-axes, the theme (django-unfold) and django-csp.

A name is locked at an address after five wrong passwords, so that nobody locks out staff who sit elsewhere; an address
as a whole after LOGIN_FAILURES_OF_ADDRESS (apiauth.login.safety).
"""

from datetime import timedelta

from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.templatetags import static as static_files
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

LOGIN_URL, LOGIN_REDIRECT_URL = "admin:login", "admin:index"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # before the other, which it keeps from comparing a password
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60  # seconds that a link to set a password works, a weekend among them

AXES_HANDLER = "apiauth.login.safety.LockingHandler"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address"]
AXES_FAILURE_LIMIT = 5
LOGIN_FAILURES_OF_ADDRESS = 50
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # it ends when it was said to, and what is tried fills no table
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "apiauth.login.safety.client_address"
AXES_LOCKOUT_CALLABLE = "apiauth.login.safety.locked_out"
# In log and table: a password may have been typed where the name goes, too. The address shows whom to block.
AXES_SENSITIVE_PARAMETERS = ["username", "csrfmiddlewaretoken"]
AXES_DISABLE_ACCESS_LOG = True  # its table grows without end; logins are in the log and in last_login
AXES_ENABLE_ADMIN = False

static = lazy(static_files.static, str)  # the address of a file is known when the files have been collected

UNFOLD = {
    "SITE_TITLE": _("Receivables"),
    "SITE_HEADER": _("Receivables"),
    "SITE_SYMBOL": "account_balance",
    "SITE_URL": None,
    "LOGIN": {"form": "apiauth.login.forms.LoginForm"},
    "BORDER_RADIUS": "6px",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": static("config/favicon.svg")}],
    "STYLES": [static("config/admin.css"), static("config/print.css"), static("apiauth/access.css")],
    "SCRIPTS": [static("config/icons.js"), static("config/written.js"), static("config/printing.js")],
    "DASHBOARD_CALLBACK": "receivables.dashboard.page.dashboard",
    "SIDEBAR": {"show_search": False, "navigation": "receivables.dashboard.navigation.navigation"},
    "COLORS": {
        "primary": {  # a quiet teal: red, orange and green stay free for what they say of an amount
            "50": "oklch(98.4% .014 180.72)",
            "100": "oklch(95.3% .051 180.801)",
            "200": "oklch(91% .096 180.426)",
            "300": "oklch(85.5% .138 181.071)",
            "400": "oklch(77.7% .152 181.912)",
            "500": "oklch(70.4% .14 182.503)",
            "600": "oklch(51.1% .096 186.391)",
            "700": "oklch(43.7% .078 188.216)",
            "800": "oklch(38.6% .063 188.416)",
            "900": "oklch(31.2% .05 188.5)",
            "950": "oklch(27.7% .046 192.524)",
        }
    },
}

# No page runs an inline script, nor loads anything from another host.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
