from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse

from apiauth.models import Account
from config.http.pages import redirect_unless_posted
from receivables.dashboard.page import account_in_address
from receivables.figures.caching import cache_statuses, refresh_figures

# The script of an open page waits so long. A proxy may give up earlier; the figures are stored all the same.
SECONDS = 600


def _dashboard(request: HttpRequest) -> str:
    """Return the address of the dashboard with the account of the request."""
    return f"{reverse('admin:index')}?{request.GET.urlencode()}" if request.GET else reverse("admin:index")


@redirect_unless_posted(_dashboard)
@permission_required("receivables.view_invoice", raise_exception=True)
def refresh(request: HttpRequest) -> HttpResponse:
    """Refresh the figures that are due; lead back to the page that shows them."""
    accounts = Account.objects.visible_to(request.user)
    account = account_in_address(request, list(accounts))
    statuses = cache_statuses(accounts.filter(pk=account.pk) if account else accounts)
    refresh_figures([status for status in statuses if status.is_due], SECONDS)
    return redirect(_dashboard(request))


urlpatterns = [path("admin/figures/", admin.site.admin_view(refresh), name="bring-figures-up-to-date")]
