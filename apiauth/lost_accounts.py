"""Pages over several accounts while a machine of the cluster is lost: they name the accounts that they lack."""

from contextlib import suppress
from typing import Any

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from apiauth.models import Account
from config.api.problems import is_machine_lost, unavailable_page
from config.http.pages import is_admin_request

_ON_LOST_MACHINES = """
WITH lost AS MATERIALIZED (SELECT groupid FROM pg_dist_node
    WHERE noderole = 'primary' AND NOT coalesce(citus_check_connection_to_node(nodename, nodeport), false))
SELECT account FROM unnest(%s::bigint[]) AS account
WHERE get_shard_id_for_distribution_column('receivables_invoice', account) IN (
    SELECT shardid FROM pg_dist_placement JOIN lost USING (groupid))
"""


class NameLostAccounts(MiddlewareMixin):
    """Answers for a page of the admin that needs a lost machine: which of the accounts it was to show lie there."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not is_admin_request(request) or not is_machine_lost(exception):
            return None
        with suppress(Error):  # the coordinator may be next; the page without names is true as well
            return unavailable_page(request, lost_accounts(request.user))
        return None


def lost_accounts(user: Any) -> list[str]:
    """Return the names of accounts that a user may see and whose machine does not answer, in their order."""
    visible = dict(Account.objects.visible_to(user).order_by("name").values_list("pk", "name"))
    with connection.cursor() as cursor:
        cursor.execute(_ON_LOST_MACHINES, [list(visible)])
        lost = {account for (account,) in cursor.fetchall()}
    return [name for pk, name in visible.items() if pk in lost]
