"""Django settings, made from the site's own (`core/settings.py`)."""

import os
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pysqlite3

# The one stand-in: the system's SQLite may lie in the range of the WAL-reset corruption bug.
sys.modules["sqlite3"] = pysqlite3
sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
# Its table of phrases takes 45 MB; single characters are enough for initials.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")

from niangjia.core import settings as site_settings

if pysqlite3.sqlite_version_info < (3, 51, 3):
    raise SystemExit("SQLite 3.51.3 or newer is needed (older ones can corrupt the log)")

SITE = site_settings.load()
NIANGJIA_HOME = SITE.home
NIANGJIA_TITLE = SITE.title
NIANGJIA_SHORT_TITLE = SITE.short_title
NIANGJIA_DEMO = SITE.demo == "1"
NIANGJIA_CITY_CODE = SITE.city_code
NIANGJIA_UPLOADS_KEPT_DAYS = int(SITE.uploads_kept_days)
NIANGJIA_CITY_DATE = SITE.city_date if NIANGJIA_DEMO else ""
NIANGJIA_TSA_URL = SITE.tsa_url
NIANGJIA_KEYHOLDER_URL = SITE.keyholder_url
NIANGJIA_KEYHOLDER_NAME = SITE.keyholder_name
NIANGJIA_KEYHOLDER_TOKEN_FILE = SITE.keyholder_token_file
SECRET_KEY = site_settings.secret_key(NIANGJIA_HOME)
DEBUG = SITE.debug == "1"
ALLOWED_HOSTS = SITE.hosts.split(",")

SQLITE_OPTIONS = {
    "timeout": 30,
    "transaction_mode": "IMMEDIATE",
    "init_command": (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
        "PRAGMA cache_size=-64000;PRAGMA mmap_size=0;PRAGMA wal_autocheckpoint=2000;"
        "PRAGMA secure_delete=ON;PRAGMA recursive_triggers=ON;"  # INSERT OR REPLACE deletes, seen
    ),
}
POSTGRES_OPTIONS = {
    "connect_timeout": 3,
    "tcp_user_timeout": 5000,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
}


def database(url: str, file_name: str) -> dict[str, object]:
    """A Django database from `postgresql://user:password@host:port/name`, or the file in home."""
    if not url:
        return {
            "ENGINE": "niangjia.core.db",
            "NAME": str(Path(NIANGJIA_HOME) / file_name),
            "OPTIONS": SQLITE_OPTIONS,
            "TEST": {"NAME": str(Path(NIANGJIA_HOME) / f"test-{file_name}")},
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": POSTGRES_OPTIONS,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {
    "default": database(SITE.database, "niangjia.db"),
    "keys": database(SITE.keys_database, "keys.db"),
}
DATABASE_ROUTERS = ["niangjia.core.db.router.KeysRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "niangjia.core",
    "niangjia.ui",
    "niangjia.blocks.places",
    "niangjia.blocks.orgs",
    "niangjia.blocks.ledger",
    "niangjia.blocks.desk",
    "niangjia.blocks.evidence",
    "niangjia.blocks.bookkeeping",
    "niangjia.blocks.households",
    "niangjia.blocks.indicators",
    "niangjia.blocks.intake",
    "niangjia.blocks.cases",
    "niangjia.programmes.assistance_ledger",
    "niangjia.programmes.donations",
    "niangjia.config.system",
    "niangjia.config",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "niangjia.ui.csp.CspMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "niangjia.core.http.RequestMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "niangjia.config.urls"
WSGI_APPLICATION = "niangjia.config.wsgi.application"
CSRF_FAILURE_VIEW = "niangjia.ui.errors.csrf_failure"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "django.contrib.messages.context_processors.messages",
                "niangjia.ui.context.page",
            ],
        },
    }
]

AUTH_USER_MODEL = "orgs.Login"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "niangjia.blocks.orgs.views.locked_out"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
LOGIN_URL = "orgs:sign_in"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE.https == "1"
SESSION_COOKIE_SAMESITE = "Lax"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
USE_I18N = USE_TZ = True
TIME_ZONE = SITE.time_zone
LOCALE_PATHS: list[str] = []

STATIC_URL = "/static/"
STATIC_ROOT = str(Path(NIANGJIA_HOME) / "static")
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
MIGRATION_MODULES: dict[str, str] = {}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "niangjia.core.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": SITE.log_level},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "axes": {"level": "CRITICAL"},
        "django.request": {"level": "ERROR"},
    },
}
SILENCED_SYSTEM_CHECKS = ["axes.W003"]
