"""The pages of those who are not logged in: they follow a link and set a password, or ask for a link."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN, PasswordResetConfirmView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django.views.generic import FormView, TemplateView

from apiauth.login.forms import ForgottenForm, NewPasswordForm
from apiauth.login.links import NOBODY, mail_password_link, number_of, page_of_links, person_of
from apiauth.login.safety import client_address
from apiauth.models.link_requests import is_within_limit


def frame(request: HttpRequest, title: Any) -> dict[str, Any]:
    """Return what the theme's pages need of those who are not logged in."""
    return admin.site.each_context(request) | {"title": title, "has_mail": settings.HAS_MAIL}


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("token")
@never_cache
def follow_link(request: HttpRequest) -> HttpResponse:
    """The page of a link. Its script sends what follows the #; the session holds it from here on."""
    if request.method != "POST":
        return render(request, "admin/password/follow.html", frame(request, _("Set a password")))
    number, token = request.POST.get("number", ""), request.POST.get("token", "")
    person = person_of(number)
    if person is None or not default_token_generator.check_token(person, token):
        return render(request, "admin/password/set.html", frame(request, _("This link does not work")))
    request.session[INTERNAL_RESET_SESSION_TOKEN] = token
    return redirect("password_reset_confirm", number_of(person))


class SetPassword(PasswordResetConfirmView):
    """The form of a new password. Whoever sets it logs in with it then, as always: a lock of the login stays."""

    form_class = NewPasswordForm
    template_name = "admin/password/set.html"
    success_url = reverse_lazy("admin:login")
    title = gettext_lazy("Set a password")

    @transaction.atomic  # of two who send the form, the second finds the link used
    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().dispatch(*args, **kwargs, token=self.reset_url_token)

    def get_user(self, uidb64: str) -> User | None:
        return person_of(uidb64, is_locked=self.request.method == "POST")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = frame(self.request, self.title) | super().get_context_data(**kwargs)
        return context if context["validlink"] else context | {"title": _("This link does not work")}

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        person: Any = form.user
        LogEntry.objects.log_actions(person.pk, [person], CHANGE, _("Set a password by a link."), single_object=True)
        logout(self.request)  # whoever was logged in at this browser
        name = person.email or person.get_username()
        messages.success(self.request, _("Your password is set. Log in as %(name)s.") % {"name": name})
        return response


class Forgotten(FormView):  # type: ignore[type-arg]
    """The form to be mailed a link. What it answers, and how long it takes, does not depend on the address typed."""

    form_class = ForgottenForm
    template_name = "admin/password/forgotten.html"
    success_url = reverse_lazy("password_link_sent")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return frame(self.request, _("Forgotten password")) | super().get_context_data(**kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.HAS_MAIL:
            return self.get(request)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: ForgottenForm) -> HttpResponse:
        if not is_within_limit("address", client_address(self.request)):
            form.add_error(None, _("Too many requests came from your address. Try again in 15 minutes."))
            response = self.form_invalid(form)
            response.status_code = 429
            return response
        found = User.objects.filter(email__iexact=form.cleaned_data["email"], is_active=True, is_staff=True)
        owners = found.values_list("pk", flat=True)[:2]  # an address of several people is nobody's
        owner = owners[0] if len(owners) == 1 else NOBODY
        person = owner if is_within_limit("person", owner) else NOBODY
        page, language = page_of_links(self.request), self.request.LANGUAGE_CODE
        mail_password_link.defer(person=person, page=page, language=language)
        return super().form_valid(form)


class LinkSent(TemplateView):
    template_name = "admin/password/sent.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return frame(self.request, _("Check your mailbox")) | super().get_context_data(**kwargs)


# Below /admin/, whose policies hold.
urlpatterns = [
    path("set-password/", follow_link, name="set_password"),
    path("set-password/<str:uidb64>/", SetPassword.as_view(), name="password_reset_confirm"),
    path("forgotten-password/", Forgotten.as_view(), name="admin_password_reset"),  # the theme's login looks for it
    path("forgotten-password/sent/", LinkSent.as_view(), name="password_link_sent"),
]
