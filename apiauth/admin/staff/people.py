"""The people who work in the admin: each is added with a role and accounts, and sets a password by a link.

Superusers alone see them: they are of all accounts, and whoever may change a person may make themselves a superuser.
What is done to a person is logged.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import AdminPasswordChangeForm

from apiauth.admin import cells
from apiauth.admin.base import refuse_no_keys
from apiauth.admin.staff.access import NAMES, ROLES, ByPersonState, ByRole, ForSuperusers, role_of, state_label
from apiauth.admin.staff.forms import NewPersonForm, PersonForm, display_name
from apiauth.login.links import mail_invitation, new_link, page_of_links
from apiauth.models import Account
from config.admin.pages import admin_page, secret_page
from config.database.base import lock

admin.site.unregister(User)

logger = logging.getLogger(__name__)

NAME = ("first_name", "last_name")
ADVANCED = ["username", "is_staff", "is_superuser", "groups", "user_permissions"]
TITLES = {
    "send_link": gettext_lazy("Create a new link?"),
    "deactivate": gettext_lazy("Deactivate this person?"),
    "activate": gettext_lazy("Activate this person?"),
}


@admin.register(User)
class PersonAdmin(ForSuperusers, UserAdmin):  # type: ignore[misc]  # of another kind of rows, in its stubs
    form = PersonForm
    add_form = NewPersonForm
    add_form_template = None
    change_password_form = AdminPasswordChangeForm
    list_display = ["person", "state", "role", "accounts_shown", "last_seen"]
    list_filter = [ByPersonState, ByRole]
    ordering = ["first_name", "last_name", "username"]
    readonly_fields = ["state", "password_shown", "last_seen", "added"]
    filter_horizontal = []
    actions_detail = ["send_link", "deactivate", "activate"]

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

    def possible_actions(self, request: HttpRequest, row: User) -> list[str]:
        """Nobody ends their own access."""
        if not row.is_active:
            return ["activate"]
        link = ["send_link"] if row.is_staff else []
        return link if row.pk == request.user.pk else [*link, "deactivate"]

    @action(description=gettext_lazy("New link…"), url_path="link", permissions=["change"], icon="link")
    def send_link(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._confirm(request, object_id, "send_link")

    @action(
        description=gettext_lazy("Deactivate…"),
        url_path="deactivate",
        permissions=["change"],
        icon="block",
        variant=ActionVariant.DANGER,
    )
    def deactivate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._confirm(request, object_id, "deactivate")

    @action(description=gettext_lazy("Activate…"), url_path="activate", permissions=["change"], icon="check_circle")
    def activate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._confirm(request, object_id, "activate")

    def _confirm(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Ask before an action, and then do it; refuse what the state of the person does not allow any more."""
        with one_at_a_time(request):
            person = self.existing(request, object_id)
            if name not in self.possible_actions(request, person):
                messages.warning(request, _("This is not possible for this person, or it was already done."))
                return redirect("admin:auth_user_change", person.pk)
            if request.method == "POST":
                return self._done(request, person, name)
        back = reverse("admin:auth_user_change", args=[person.pk])
        context = {"opts": self.opts, "action": name, "person": person, "back": back}
        return admin_page(request, "admin/auth/user/confirm.html", TITLES[name], **context)

    def _done(self, request: HttpRequest, person: User, name: str) -> HttpResponse:
        if name == "deactivate":
            person.is_active = False
            person.set_unusable_password()  # with it the sessions end that it began, and the links that it is part of
            person.save(update_fields=["is_active", "password"])
            self.log_change(request, person, _("Deactivated."))
            messages.success(request, _("Deactivated: sessions and links have ended."))
            return redirect("admin:auth_user_change", person.pk)
        if name == "activate":
            person.is_active = True
            person.save(update_fields=["is_active"])
            self.log_change(request, person, _("Activated."))
        return self.show_link(request, person)

    def show_link(self, request: HttpRequest, person: User, *, is_new: bool = False) -> HttpResponse:
        """Make a link and show it in the one answer that ever holds it; mail it, where mail is set up."""
        link = new_link(page_of_links(request), person)
        if not is_new:
            self.log_change(request, person, _("Created a link to set a password."))
        context = {
            "opts": self.opts,
            "person": person,
            "its_page": reverse("admin:auth_user_change", args=[person.pk]),
            "link": link,
            "is_new": is_new,
            "sees_nothing": is_new and not person.is_superuser and not Account.objects.visible_to(person).exists(),
            "has_mail": settings.HAS_MAIL,
            "is_mailed": settings.HAS_MAIL and bool(person.email) and _is_mailed(person, link, request.user),
            "days": settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60),
        }
        return secret_page(request, "admin/auth/user/link.html", _("A link to set a password"), **context)

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


def _is_mailed(person: User, link: str, invited_by: Any) -> bool:
    """Mail the link; whoever made it sees whether that worked, and passes it on by other means if not."""
    try:
        mail_invitation(person, link, invited_by)
    except (OSError, ValueError) as error:  # of SMTP, or of an address that no mail can have
        logger.warning("no invitation was mailed to person %s: %s", person.pk, type(error).__name__)
        return False
    return True


@contextmanager
def one_at_a_time(request: HttpRequest) -> Iterator[None]:
    """Let nobody else save a person meanwhile: no constraint prevents two people with one e-mail address.

    Raises PermissionDenied for a person who is no superuser any more: of two superusers who take each other's rights
    away, one is left.
    """
    with transaction.atomic():
        if request.method == "POST":
            lock("apiauth.staff")
            if not User.objects.filter(pk=request.user.pk or 0, is_active=True, is_superuser=True).exists():
                raise PermissionDenied
        yield


def added_before(model_admin: Any, request: HttpRequest) -> HttpResponse | None:
    """Answer a form that was sent before: a person of these names and this address was added, and is not in yet."""
    names = {name: request.POST.get(name, "").strip() for name in ("email", "first_name", "last_name")}
    if not names["email"] or "\0" in "".join(names.values()) or not model_admin.has_add_permission(request):
        return None
    email = names.pop("email")
    person = User.objects.filter(**names, email__iexact=email, last_login=None, is_active=True).first()
    if person is None or person.has_usable_password():
        return None
    sentence = _("This person was already added and the link was shown. If you missed the link, create a new one.")
    messages.warning(request, sentence)
    return redirect("admin:auth_user_change", person.pk)
