"""How the admin looks, and what pages may load: the settings of the theme (django-unfold) and of django-csp."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.templatetags import static as static_files
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

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
