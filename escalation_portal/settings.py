"""Settings, all from the environment; `manage.py up` and `manage.py test` set what they need first."""

import os
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import environ

from accounts.language import LANGUAGES as CLIENT_LANGUAGES
from accounts.oidc_config import identity_providers
from escalation_portal.api_description import DESCRIPTION

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

LOCAL_MODE = env.bool("PORTAL_LOCAL", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="only-for-local-use" if LOCAL_MODE else environ.Env.NOTSET)
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "escalation_portal",
    "integrations",
    "reports",
    "portal",
    "tickets",
    "documents",
    "tiers",
    "vendors",
    "clients",
    "sla",
    "outbox",
    "accounts",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "guardian",
    "pgtrigger",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "escalation_portal.security.ContentSecurityPolicy",
    "tickets.polling.NothingHasChanged",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "escalation_portal.limits.LargestBody",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.ReaderTimeZone",
    "accounts.sessions.RememberSessions",
    "accounts.second_factor.RequireSecondFactor",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "escalation_portal.urls"
WSGI_APPLICATION = "escalation_portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "escalation_portal.navigation.rail",
            ],
            "builtins": ["escalation_portal.templatetags.look", "django.templatetags.i18n"],
        },
    }
]

# A web request waits for nobody: 3-second locks and 15-second statements are bugs to be seen, not endured.
_timeouts = "-c statement_timeout=15000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=30000"
DATABASES = {"default": env.db("DATABASE_URL", default="postgres://portal:portal@127.0.0.1:5432/portal")}
DATABASES["default"].update(CONN_MAX_AGE=60, CONN_HEALTH_CHECKS=True)
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", env.str("DATABASE_TIMEOUTS", default=_timeouts))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.sign_in_backend.ByAddress",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
PASSWORD_RESET_TIMEOUT = 3600
# What all processes of the web must know of attempts to sign in; the web never touches the broker.
_table = {"LOCATION": "portal_cache", "OPTIONS": {"MAX_ENTRIES": 100_000}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", **_table}}

# Signing in: roles that must show a second factor, other providers, networks of our own proxies.
MFA_REQUIRED_FOR = env.list(
    "MFA_REQUIRED_FOR",
    default=["administrator", "manager"] if PUBLIC_URL.startswith("https://") and not LOCAL_MODE else [],
)
IDENTITY_PROVIDERS = identity_providers(env.str("OIDC_PROVIDERS", default=""), os.environ)
TRUSTED_PROXIES = [str(ip_network(one.strip(), strict=False)) for one in env.list("TRUSTED_PROXIES", default=[])]
ACCOUNT_ADAPTER = "accounts.adapter.SignInAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "reset_password": "20/m/ip,3/h/key", "confirm_contact": "60/m/ip"}
MFA_ADAPTER = "accounts.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Escalation Portal"
MFA_TOTP_TOLERANCE = 1
SOCIALACCOUNT_ADAPTER = "accounts.oidc.OtherProviders"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"provider_class": "accounts.oidc.Provider", "APPS": [p.app for p in IDENTITY_PROVIDERS]}
}
SEND_PASSWORD_LINK = "integrations.mail.password_link.put"
AXES_HANDLER = "accounts.lockout.PasswordGuard"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "accounts.lockout.address_tried"
AXES_CLIENT_IP_CALLABLE = "accounts.client_address.client_address"
AXES_LOCKOUT_CALLABLE = "accounts.lockout.locked_out"
AXES_RESET_ON_SUCCESS = AXES_DISABLE_ACCESS_LOG = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = AXES_ENABLE_ADMIN = AXES_VERBOSE = False
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Keys that encrypt secrets at rest, newest first; they live outside the database.
FIELD_KEYS = env.list("FIELD_KEYS", default=["l9bSUxdRYRf3DBvxbSBsVjFmGcOnLcj4eQSzgUcUhcY="] if LOCAL_MODE else [])

LANGUAGE_CODE = "en-gb"
LANGUAGES = list(CLIENT_LANGUAGES.items())
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = LOCAL_MODE
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a policy's editor is one form

# What leaves the portal: outbox kinds and the channels that send them.
OUTBOX_CHANNELS = {
    "MAIL": "integrations.mail.connector.send",
    "INVITATION": "integrations.mail.invitations.send",
    "PASSWORD_LINK": "integrations.mail.password_link.send",
    "VERIFY_MAIL": "integrations.mail.verification_mail.send",
    "SIDE_MAIL": "integrations.mail.side_mail.send",
    "CASE_MAIL": "integrations.mail.case_mail.send",
    "CASE_API": "integrations.case_api.connector.send",
}
# Places that may be asked over HTTP although they are not public, and who vouches for their certificates.
OUTBOUND_ALLOWED, OUTBOUND_CA_FILE = env.list("OUTBOUND_ALLOWED", default=[]), env.str("OUTBOUND_CA_FILE", default="")
vars().update(env.email_url("EMAIL_URL", default="smtp://127.0.0.1:1025"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Escalation Portal <support@portal.example>")
MAIL_CATCHER_DIR = env.str("MAIL_CATCHER_DIR", default="")
JIRA_URL = env.str("JIRA_URL", default="")
# Mail in: where answers and calls for a manager go, and whose word on who sent a mail is taken.
_mail_domain = DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip("> ")
REPLY_ADDRESS = env.str("REPLY_ADDRESS", default=f"reply+{{token}}@{_mail_domain}")
ESCALATIONS_ADDRESS = env.str("ESCALATIONS_ADDRESS", default=f"escalations@{_mail_domain}")
TRUSTED_AUTHSERV_ID = env.str("TRUSTED_AUTHSERV_ID", default="")
IMAP_URL = env.str("IMAP_URL", default="")  # holds a password
IMAP_INTERVAL_SECONDS = env.float("IMAP_INTERVAL_SECONDS", default=30.0)

# Asked before a calendar is published: which tickets count time on it.
CALENDAR_IN_USE = "tickets.clock_use.tickets_on_calendar"
BROKEN_PROMISES = "tiers.promise_alarms.broken_promises"
# Counted in the rail: mails on whose word nothing was done, for managers.
MAILS_TO_LOOK_AT = "integrations.mail.looking.to_look_at"
# Asked before somebody leaves: which open tickets wait for that person.
ASSIGNED_TICKETS = "tickets.assigned.assigned_to"
# Asked before a vendor's service goes: which policies name it, and which tickets are about it.
SERVICES_IN_POLICIES = "tiers.service_use.services_in_policies"
SERVICES_IN_TICKETS = "tickets.service_use.tickets_about"
# Asked when a condition for engaging a vendor names a level: which levels tiers have.
TIER_LEVELS = "tiers.service_use.tier_levels"
# What a vendor's page shows of above: what the policies' lint says of its services, and its sheet.
SERVICE_FAULTS = "tiers.service_use.faults_of"
VENDOR_SHEET = "documents.vendor_sheets.sheet_of"

SWEEP_INTERVAL_SECONDS = env.float("SWEEP_INTERVAL_SECONDS", default=1.0)
DOCUMENTS_INTERVAL_SECONDS = env.float("DOCUMENTS_INTERVAL_SECONDS", default=10.0)
WATCHDOG_GRACE_SECONDS = env.float("WATCHDOG_GRACE_SECONDS", default=15.0)
CELERY_BROKER_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
# Lets several portals share one broker.
BROKER_KEY_PREFIX = env.str("BROKER_KEY_PREFIX", default="")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.rest.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.rest.HasScope"],
    "DEFAULT_PARSER_CLASSES": ["accounts.rest.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "accounts.rest.Cursor",
    "EXCEPTION_HANDLER": "accounts.rest.problem_response",
    "PAGE_SIZE": 50,
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = DESCRIPTION

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"secrets": {"()": "escalation_portal.redaction.Redact"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["secrets"]}},
    "loggers": {name: {"level": "WARNING"} for name in ("axes", "httpx", "httpcore")},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
