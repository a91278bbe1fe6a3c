from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse

from apiauth.models import Account
from config.http.refused_pages import redirect_unless_posted
from receivables.dashboard.page import chosen_account
from receivables.figures.caching import cache_statuses, refresh_figures

# The script of a page asks, which is there already. A proxy may give up long before; the figures are kept for all that.
SECONDS = 600


def _dashboard(request: HttpRequest) -> str:
    """Return the page whose figures are asked for."""
    return f"{reverse('admin:index')}?{request.GET.urlencode()}" if request.GET else reverse("admin:index")


@redirect_unless_posted(_dashboard)
@permission_required("receivables.view_invoice", raise_exception=True)
def bring_up_to_date(request: HttpRequest) -> HttpResponse:
    """Refresh the figures that are due; lead back to the page that shows them."""
    accounts = Account.objects.visible_to(request.user)
    chosen = chosen_account(request, list(accounts))
    statuses = cache_statuses(accounts.filter(pk=chosen.pk) if chosen else accounts)
    refresh_figures([status for status in statuses if status.is_due], SECONDS)
    return redirect(_dashboard(request))


urlpatterns = [path("admin/figures/", admin.site.admin_view(bring_up_to_date), name="bring-figures-up-to-date")]
