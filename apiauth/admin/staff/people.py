"""The people who work in the admin: each is added with a role and accounts, and sets a password by a link."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm

from apiauth.admin import cells
from apiauth.admin.base import refuse_no_keys
from apiauth.admin.staff.access import NAMES, ROLES, ByPersonState, ByRole, role_of, state_label
from apiauth.admin.staff.actions import PersonActions, added_before, one_at_a_time
from apiauth.admin.staff.forms import NewPersonForm, PersonForm, display_name
from apiauth.models import Account

admin.site.unregister(User)

NAME = ("first_name", "last_name")
ADVANCED = ["username", "is_staff", "is_superuser", "groups", "user_permissions"]


@admin.register(User)
class PersonAdmin(PersonActions, UserAdmin):  # type: ignore[misc]  # of another kind of rows, in its stubs
    form = PersonForm
    add_form = NewPersonForm
    add_form_template = None
    change_password_form = AdminPasswordChangeForm
    list_display = ["person", "state", "role", "accounts_shown", "last_seen"]
    list_filter = [ByPersonState, ByRole]
    ordering = ["first_name", "last_name", "username"]
    readonly_fields = ["state", "password_shown", "last_seen", "added"]
    filter_horizontal = []

    class Media:
        js = ["apiauth/members.js"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        people: QuerySet[User] = super().get_queryset(request)
        return people.prefetch_related("groups", "accounts")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        access = (_("What this person may see and do"), {"fields": ["role", "accounts"]})
        further = Group.objects.exclude(name__in=ROLES).exists()
        fields = [name for name in ADVANCED if further or name != "groups"]
        advanced: dict[str, Any] = {"classes": ["collapse"], "fields": fields}
        if obj is None:
            description = _("You get a link to pass on. The person uses it to set a password.")
            return [
                (None, {"fields": [NAME, "email"], "description": description}),
                access,
                (_("Advanced"), advanced),
            ]
        advanced = advanced | {"fields": [*fields, "password_shown", "added"]}
        return [(None, {"fields": [NAME, "email", "state", "last_seen"]}), access, (_("Advanced"), advanced)]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Nobody can lock themselves out."""
        own = obj is not None and obj.pk == request.user.pk
        return [*self.readonly_fields, *(["is_staff", "is_superuser"] if own else [])]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The query of an address fills in nothing: it could tick what nobody notices."""
        return {}

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Whoever has logged in once is deactivated instead: their history entries would be deleted, too."""
        has_logged_in = obj is not None and (obj.pk == request.user.pk or obj.last_login is not None)
        return not has_logged_in and super().has_delete_permission(request, obj)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        refuse_no_keys(Account, request.POST.getlist("accounts"))
        with one_at_a_time(request):
            return super().changeform_view(request, *args, **kwargs)

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Add a person once for each form: a form that is sent again, at once or later, finds them added."""
        with one_at_a_time(request):
            return added_before(self, request) or super().add_view(request, *args, **kwargs)

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: str | None = None) -> HttpResponse:
        """Show the link in the answer itself: for a redirect it would have to be stored."""
        return self.show_link(request, obj, is_new=True)

    @display(description=gettext_lazy("Name"), ordering="first_name", header=True)
    def person(self, person: User) -> list[str]:
        return [display_name(person), person.email or person.get_username()]

    state = cells.column(gettext_lazy("State"), state_label)

    @admin.display(description=gettext_lazy("Role"))
    def role(self, person: User) -> str:
        return _("Superuser") if person.is_superuser else str(NAMES.get(role_of(person), "-"))

    @admin.display(description=gettext_lazy("Accounts"))
    def accounts_shown(self, person: Any) -> str:
        if person.is_superuser:
            return _("all")
        names = [account.name for account in person.accounts.all()]
        return ", ".join(names[:3]) + (f" +{len(names) - 3}" if len(names) > 3 else "") or "-"

    last_seen = cells.moment_column("last_login", gettext_lazy("Last login"), cells.past, ordering="last_login")
    added = cells.moment_column("date_joined", gettext_lazy("Added"))

    @admin.display(description=gettext_lazy("Password"))
    def password_shown(self, person: User) -> SafeString:
        state = _("set") if person.has_usable_password() else _("not set yet")
        address = reverse("admin:auth_user_password_change", args=[person.pk])
        return format_html('{} · <a class="link" href="{}">{}</a>', state, address, _("set it for this person"))
