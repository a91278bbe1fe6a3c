from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UploadsConfig(AppConfig):
    name = "receivables.uploads"
    label = "uploads"
    verbose_name = _("Feeds")
    granted_to = {
        "Viewer": ["view_upload", "view_fullload"],
        "Collector": ["add_upload"],
        "Administrator": ["confirm_fullload", "undo_upload"],
    }

    def ready(self) -> None:
        from receivables.reports import moments
        from receivables.uploads import checks  # noqa: F401 - registers them
        from receivables.uploads.storing.moments import MomentsOfUploads

        moments.uploads = MomentsOfUploads()
