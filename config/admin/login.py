"""How people log in, and how guessing at passwords is stopped: settings of Django and of django-axes.

A name is locked at an address after five wrong passwords, so that nobody locks out staff who sit elsewhere; an address
as a whole after LOGIN_FAILURES_OF_ADDRESS (apiauth.login.safety).
"""

from datetime import timedelta

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
