"""All settings. Values come from the environment, strictly; README lists every variable."""

import sys
from ipaddress import ip_network
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from kombu import Queue

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def secret(name: str) -> str:
    """A secret from the environment; a missing, short or sample one stops the start."""
    value = env.str(name)
    if len(value) < 50 or len(set(value)) < 5 or value.lower().startswith(("django-insecure", "change-me", "changeme")):
        raise ImproperlyConfigured(f"{name} must be a random value of at least 50 characters, not a sample")
    return value


SECRET_KEY = secret("SECRET_KEY")
DEBUG = False  # never on: the error pages would show data; use the logs
DEMO = env.bool("DEMO", default=False)
HTTPS = env.bool("HTTPS", default=True)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
PUBLIC_URL = env.str("PUBLIC_URL").rstrip("/")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[PUBLIC_URL])
PROXY_COUNT = env.int("PROXY_COUNT", default=0)  # whose X-Forwarded-For tells where a request came from
DATA_DIR = Path(env.str("DATA_DIR")).resolve()

INSTALLED_APPS = [
    "workflow",
    "notifications",
    "accounts",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "django_filters",
    "axes",
    "csp",
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "accounts.request_id.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "workflow.api.transport.TransportMiddleware",  # before the views, so before anything reads a body
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "notifications.context.unread",
                "workflow.context.navigation",
            ]
        },
    }
]

# -- data --------------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL")}
DATABASES["default"]["CONN_MAX_AGE"] = 600  # reconnecting for each request costs a factor of ten
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {}).update(
    {
        "options": "-c lock_timeout=5s -c statement_timeout=30s -c plan_cache_mode=force_generic_plan",
        "prepare_threshold": sys.maxsize,  # what accounts/prepared.py asks is planned once, and nothing else
    }
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
EVIDENCE_MAX_BYTES = env.int("EVIDENCE_MAX_BYTES", default=50 * 1024 * 1024)
OBJECTIONS_PER_SENDER = env.int("OBJECTIONS_PER_SENDER", default=3)  # a day, from the public pages
OBJECTIONS_PER_NOTICE = env.int("OBJECTIONS_PER_NOTICE", default=20)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # bodies without files

# -- people and safety -------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [  # memory-hard first; the second reads what an older installation may bring along
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "UserAttributeSimilarityValidator": {},
        "MinimumLengthValidator": {"min_length": 10},
        "CommonPasswordValidator": {},
        "NumericPasswordValidator": {},
    }.items()
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "workflow:inbox"
LOGOUT_REDIRECT_URL = "accounts:sign-in"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # a stranger elsewhere cannot lock a colleague out
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_IPWARE_PROXY_COUNT = PROXY_COUNT
AXES_ENABLE_ADMIN = False

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz|metrics)$"]  # a load balancer and Prometheus ask inside, without TLS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXY_COUNT else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# -- language and time -------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Shanghai"  # the business zone; never the machine's

# -- files on the way out ----------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static"))).resolve()
STATICFILES_DIRS = [
    ("tabler", BASE_DIR / "node_modules/@tabler/core/dist/css"),
    ("echarts", BASE_DIR / "node_modules/echarts/dist"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# -- mail --------------------------------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="bihuan@localhost")
EMAIL_TIMEOUT = 20  # seconds
if DEMO:
    EMAIL_BACKEND = "notifications.mailbox.MailboxBackend"  # a page in the demo, not into the void
else:
    vars().update(env.email_url("EMAIL_URL", default="smtp://localhost:25"))

# -- how and when people are told --------------------------------------------------------------------------------------
SMS_URL = env.str("SMS_URL", default="")  # the gateway; without it nobody gets text messages
SMS_TOKEN = env.str("SMS_TOKEN", default="")
SMS_SIGN = env.str("SMS_SIGN", default="闭环")
SMS_PER_PERSON_AND_DAY = env.int("SMS_PER_PERSON_AND_DAY", default=5)
WEBHOOK_ALLOWED_HOSTS = env.list("WEBHOOK_ALLOWED_HOSTS", default=[])  # may be inside our own network
QUIET_HOURS = env.str("QUIET_HOURS", default="22:00-07:00")  # business time; only urgent notices go out; empty: none
DIGEST_AT = env.str("DIGEST_AT", default="08:00")  # business time; the daily digest
GROUP_WAIT = env.int("GROUP_WAIT", default=60)  # seconds a notice of the clock waits for others of its pass
STORM_LIMIT = env.int("STORM_LIMIT", default=2000)  # envelopes of one occasion that leave without asking a person
# what the room of messages, which knows nothing of items, asks the one above it
NOTIFICATIONS_KIND_LABEL = "workflow.sending.kind_label"
NOTIFICATIONS_REASONS_NOT_TO_SEND = "workflow.sending.reasons_not_to_send"

# -- Celery: only wakes the scan and the outbox; no results, no long eta; see docs/decisions ---------------------------
CELERY_BROKER_URL = env.str("REDIS_URL")
CELERY_VISIBILITY_TIMEOUT = 900  # seconds, three times the hard limit below
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": CELERY_VISIBILITY_TIMEOUT,
    "unacked_restore_interval": 10,  # the defaults bring a lost worker's tasks back only after 100 s
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 3,
    "socket_timeout": 30,
    "health_check_interval": 25,
}
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True  # safe because messages carry no data
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300  # hard; a soft limit raises inside a commit
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 2, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.2}
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # its reply keys never expire
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_CREATE_MISSING_QUEUES = False  # a typo is an error, not a queue that nobody reads
CELERY_TASK_QUEUES = [Queue(name) for name in ("kick", "mail", "sms", "robot", "webhook")]
CELERY_TASK_DEFAULT_QUEUE = "kick"
CELERY_BEAT_SCHEDULE = {  # each only wakes a sweeper; it expires with its period, so nothing piles up
    name: {"task": task, "schedule": seconds, "options": {"queue": queue, "expires": seconds}}
    for name, (seconds, task, queue) in {
        "deadlines": (15.0, "workflow.tasks.scan_deadlines", "kick"),
        "webhooks": (5.0, "workflow.tasks.push_webhooks", "kick"),
        "moved-clocks": (15.0, "workflow.tasks.move_clocks", "kick"),
        "calendar": (6 * 3600.0, "workflow.tasks.watch_calendar", "kick"),
        "outbox": (5.0, "notifications.tasks.deliver_mail", "mail"),
        "outbox-sms": (5.0, "notifications.tasks.deliver_sms", "sms"),
        "outbox-robots": (5.0, "notifications.tasks.deliver_robots", "robot"),
        "outbox-webhooks": (5.0, "notifications.tasks.deliver_webhooks", "webhook"),
        "outbox-sweep": (30.0, "notifications.tasks.sweep", "kick"),
        "audit": (300.0, "workflow.tasks.audit_clocks", "kick"),
        "clients": (300.0, "accounts.tasks.sweep_clients", "kick"),
        "full-buckets": (600.0, "workflow.tasks.forget_full_buckets", "kick"),
        **{f"heartbeat-{queue.name}": (30.0, "notifications.tasks.beat", queue.name) for queue in CELERY_TASK_QUEUES},
    }.items()
}

# -- /metrics: numbers without names, for those who may ----------------------------------------------------------------
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
METRICS_NETWORKS = [ip_network(name) for name in env.list("METRICS_NETWORKS", default=["127.0.0.0/8", "::1/128"])]
if METRICS_TOKEN and len(METRICS_TOKEN) < 32:
    raise ImproperlyConfigured("METRICS_TOKEN must be a random value of at least 32 characters")

# -- API ---------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "workflow.api.authentication.ClientAuthentication",
        "workflow.api.signed.SignedAuthentication",
        "workflow.api.authentication.PersonAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["workflow.api.authentication.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["workflow.api.parsers.StrictJSONParser"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "workflow.api.schema.Schema",
    "URL_FORMAT_OVERRIDE": None,  # ?format= would be one more parameter
    "EXCEPTION_HANDLER": "workflow.api.errors.problem",
    "DEFAULT_VERSIONING_CLASS": None,
    "NUM_PROXIES": PROXY_COUNT,
}
API_READS_PER_MINUTE = env.int("API_READS_PER_MINUTE", default=1200)  # by one client or person
API_WRITES_PER_MINUTE = env.int("API_WRITES_PER_MINUTE", default=300)
API_UPLOADS_PER_MINUTE = env.int("API_UPLOADS_PER_MINUTE", default=60)
API_STRANGERS_PER_MINUTE = env.int("API_STRANGERS_PER_MINUTE", default=60)  # from one address, without credentials
for name in ("READS", "WRITES", "UPLOADS", "STRANGERS"):
    if not 0 < vars()[f"API_{name}_PER_MINUTE"] <= 1_000_000:
        raise ImproperlyConfigured(f"API_{name}_PER_MINUTE must be a number from 1 to 1000000")
SPECTACULAR_SETTINGS = {
    "TITLE": "闭环 Bihuan API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},  # null: asks no server elsewhere
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "workflow.api.introduction.explain",
        "workflow.api.introduction.introduce",
    ],
    "ENUM_NAME_OVERRIDES": {  # the same word for several choices
        "ItemKind": "workflow.models.WorkItem.Kind",
        "SourceKind": "workflow.models.Source.Kind",
        "EvidenceKind": "workflow.models.Evidence.Kind",
        "DepartmentKind": "accounts.models.Department.Kind",
        "RegionKind": "accounts.models.Region.Kind",
        "PetitionChannel": "workflow.models.Petition.Channel",
        "ObjectionChannel": "workflow.models.Objection.Channel",
        "State": "workflow.lifecycle.State",
        "TurnParty": "workflow.lifecycle.Party",
        "StageParty": "workflow.models.Stage.By",
        "RungKind": "workflow.models.Rung.Kind",
        "RungAudience": "workflow.models.Rung.Audience",
        "DayUnit": "workflow.models.procedures.DayUnit",
        "Clock": "workflow.models.procedures.Clock",
        "ExtensionDecider": "workflow.api.registers.DECIDERS",
        "ExtensionStatus": "workflow.api.record_serializers.ExtensionStatus",
        "ReplyState": "workflow.api.record_serializers.ReplyState",
        "PaperMeasure": "workflow.api.record_serializers.MEASURES",
        "LookBackFinding": "workflow.models.LookBack.Finding",
        "PetitionFinding": "workflow.models.petitions.Finding",
        "Outcome": "workflow.models.WorkItem.Outcome",
        "AttemptOutcome": "notifications.models.AttemptOutcome",
        "WebhookState": "workflow.api.webhook_serializers.WEBHOOK_STATES",
        "DeliveryState": "workflow.api.webhook_serializers.DELIVERY_STATES",
        "DepartmentRole": "workflow.lifecycle.DepartmentRole",
        "Role": "accounts.roles.Role",
    },
}
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER = {
    "SCOPES": {
        "items:read": _("Read items, departments and sources"),
        "items:write": _("Create and change items"),
        "actions": _("Perform actions on items"),
        "evidence:write": _("Upload evidence"),
        "events:read": _("Read the history of items"),
        "webhooks": _("Manage webhooks"),
    },
    "ACCESS_TOKEN_EXPIRE_SECONDS": 1800,
    "SCOPES_BACKEND_CLASS": "accounts.clients.tokens.GrantedScopes",
    "OAUTH2_VALIDATOR_CLASS": "accounts.clients.tokens.ClientValidator",
    # The rules of RFC 9700 (OAuth 2.0 Security) that the library will make its own one day. Of them two matter here:
    # access tokens are kept as hashes only, and none is taken from a URL, where it would lie in logs.
    **{
        f"COMPLIANT_BCP_RFC9700_{rule}": True
        for rule in (
            "TOKEN_STORAGE",
            "ACCESS_TOKEN_TRANSPORT",
            "IMPLICIT_GRANT",
            "PASSWORD_GRANT",
            "PKCE_METHOD",
            "AUTHZ_RESPONSE_ISS",
        )
    },
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "accounts.request_id.RequestIdFilter"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {request_id} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "filters": ["request_id"], "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "axes": {"level": "WARNING"},  # failures and lockouts, not every success
        "oauthlib": {"level": "WARNING"},  # whatever LOG_LEVEL says: its DEBUG lines hold tokens
    },
}
