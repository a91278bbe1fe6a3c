from django.apps import AppConfig


class UploadsConfig(AppConfig):
    name = "receivables.uploads"
    label = "uploads"

    def ready(self) -> None:
        from receivables.uploads import checks  # noqa: F401 - registers them
