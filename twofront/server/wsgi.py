"""The web application, as granian finds it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "twofront.server.settings")
application = get_wsgi_application()
