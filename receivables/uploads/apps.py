from django.apps import AppConfig


class UploadsConfig(AppConfig):
    name = "receivables.uploads"
    label = "uploads"
