"""The pages' looks as a Django app: its templates, tags and catalogue are found through it."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The design system: components, templates, message catalogue, page assets."""

    name = "twofront.web"
    label = "web"
    verbose_name = "Twofront: pages"
