"""Accounts, and who of the staff sees them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apiauth.admin.base import OfferedLookupsAdmin
from apiauth.models import Account


@admin.register(Account)
class AccountAdmin(OfferedLookupsAdmin):
    list_display = ["name", "is_active", "amount_decimal_places", "created_at"]
    list_filter = ["is_active"]
    search_fields = ["name"]
    filter_horizontal = ["members"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        return Account.objects.visible_to(request.user)

    def get_exclude(self, request: HttpRequest, obj: Account | None = None) -> list[str]:
        return [] if request.user.is_superuser else ["members"]  # the choice would name everyone's staff
