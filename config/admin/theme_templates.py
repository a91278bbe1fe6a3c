"""The theme's templates, without what no page of ours uses."""

from django.template.base import Origin
from django.template.loaders.app_directories import Loader

# A library of 200 kB on every page, for charts that none draws: the dashboard's are tables with bars.
UNUSED = {"unfold/layouts/skeleton.html": """<script src="{% static 'unfold/js/chart/chart.js' %}"></script>"""}


class LeanThemeLoader(Loader):
    """Finds templates in the apps, as Django's own does, and leaves out what is UNUSED."""

    def get_contents(self, origin: Origin) -> str:
        return super().get_contents(origin).replace(UNUSED.get(str(origin.template_name), "\0"), "")
