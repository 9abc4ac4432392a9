"""Settings, from the data folder and the environment. Nothing secret stands here.

TWOFRONT_DATA names the data folder, whose secrets folder holds the two logins and the key. DATABASE_URL and
DATABASE_OWNER_URL together move the county to another PostgreSQL. TWOFRONT_HEADS names a file or folder elsewhere, to
which the audit's heads go as well.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from twofront.ground import postgres
from twofront.ground.folder import Folder

ROOT = Path(__file__).resolve().parent.parent
HAS_DATA = "TWOFRONT_DATA" in os.environ
DATA = Folder(os.environ.get("TWOFRONT_DATA", "no-data-folder"))
HEADS_ELSEWHERE = Path(os.environ["TWOFRONT_HEADS"]) if os.environ.get("TWOFRONT_HEADS") else None


def _database(url: str) -> dict[str, Any]:
    """Turn a libpq URL into Django's words."""
    at = urlsplit(url)
    query = {k: v[0] for k, v in parse_qs(at.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": at.path.lstrip("/"),
        "USER": unquote(at.username or ""),
        "PASSWORD": unquote(at.password or ""),
        "HOST": query.pop("host", unquote(at.hostname or "")),
        "PORT": str(query.pop("port", at.port or "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }


_app, _owner = (
    postgres.urls(DATA)
    if HAS_DATA
    else ("postgresql://twofront_app@/twofront", "postgresql://twofront_owner@/twofront")
)
DATABASES = {"default": _database(_app) | {"TEST": {"MIRROR": "owner"}}, "owner": _database(_owner)}
DATABASE_ROUTERS = ["twofront.server.routing.OwnerMigrates"]

SECRET_KEY = DATA.secret("django") if HAS_DATA else "no data folder: nothing is signed that anybody keeps"
DEBUG = False
_names = [name for name in os.environ.get("TWOFRONT_LAN", "").split(",") if name]
IS_SECURED = bool(_names)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver", *_names]

INSTALLED_APPS = [
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "template_partials",
    "procrastinate.contrib.django",
    "twofront.ground",
    "twofront.apps.units",
    "twofront.apps.orders",
    "twofront.apps.territory",
    "twofront.apps.register",
    "twofront.apps.campaigns",
    "twofront.apps.residents",
    "twofront.apps.enterprises",
    "twofront.apps.figures",
    "twofront.apps.centre",
    "twofront.web",
    "twofront.server",
]
MIDDLEWARE = [
    "twofront.server.middleware.guard",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "twofront.server.middleware.actor",
]
ROOT_URLCONF = "twofront.server.urls"
WSGI_APPLICATION = "twofront.server.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.csrf",
                "django.template.context_processors.request",
            ]
        },
    },
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "web" / "locale"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "web" / "dist"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+-[A-Za-z0-9_-]{8}\.(js|css|woff2?)$"

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_SECURED
SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURED else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 << 20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
SILENCED_SYSTEM_CHECKS = ["urls.W002"]

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_IMPORT_PATHS = ["twofront.server.exercise_jobs"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
