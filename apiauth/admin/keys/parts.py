"""Parts of the pages of key pairs."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apiauth.admin import cells
from apiauth.auth.keys import KeyPair
from apiauth.models import ApiKey
from config.admin.pages import secret_page
from config.http.addresses import absolute

TRIED_ROW = '[{"customerNumber": "0000200400", "invoiceNumber": "SAMPLE-1", "invoiceAmount": 12112}]'


def new_pair_page(request: HttpRequest, api_key: ApiKey, pair: KeyPair) -> HttpResponse:
    """Show a new pair in the one answer that ever holds its secret."""
    context = {
        "opts": ApiKey._meta,
        "api_key": api_key,
        "its_page": reverse("admin:apiauth_apikey_change", args=[api_key.pk]),
        "pair": pair,
        "whoami": absolute(request, reverse("whoami")),
        "upload": absolute(request, f"{reverse(settings.UPLOAD_INVOICES_URL)}?dryRun=true"),
        "tried_row": TRIED_ROW,
    }
    return secret_page(request, "admin/apiauth/apikey/shown_once.html", _("New key pair"), **context)


def succession_table(api_key: ApiKey) -> SafeString:
    pairs = succession(api_key)
    if len(pairs) == 1:
        return format_html("<p>{}</p>", _("This pair did not replace another pair and was not replaced."))
    rows = [{"pair": pair, "state": cells.state_label(pair), "is_this": pair.pk == api_key.pk} for pair in pairs]
    return render_to_string("admin/apiauth/apikey/succession.html", {"rows": rows})


def succession(api_key: ApiKey) -> list[ApiKey]:
    """Return the pairs that replaced each other, the first to the last, in one query."""
    pairs = {pair.pk: pair for pair in ApiKey.objects.filter(account=api_key.account_id)}
    successors = {pair.replaces_id: pair for pair in pairs.values() if pair.replaces_id}
    first = pairs[api_key.pk]
    while first.replaces_id:
        first = pairs[first.replaces_id]
    chain = [first]
    while chain[-1].pk in successors:
        chain.append(successors[chain[-1].pk])
    return chain
