"""Our apps for a sender, who needs their tables and not what they register: that takes a sixth of a second to load."""

from apiauth.apps import ApiauthConfig
from receivables.uploads.apps import UploadsConfig


class SenderApiauthConfig(ApiauthConfig):
    def ready(self) -> None:
        pass


class SenderUploadsConfig(UploadsConfig):
    def ready(self) -> None:
        pass
