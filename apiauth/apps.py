from django.apps import AppConfig


class ApiauthConfig(AppConfig):
    name = "apiauth"
    verbose_name = "Accounts and keys"

    def ready(self) -> None:
        from apiauth import checks, schema  # noqa: F401 - both register themselves on import
