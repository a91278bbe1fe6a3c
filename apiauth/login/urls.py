"""The addresses of those who have no password, or not any more. They are below /admin/, whose policies hold."""

from django.urls import path

from apiauth.login.views import Forgotten, LinkSent, SetPassword, follow_link

urlpatterns = [
    path("set-password/", follow_link, name="set_password"),
    path("set-password/<str:uidb64>/", SetPassword.as_view(), name="password_reset_confirm"),
    path("forgotten-password/", Forgotten.as_view(), name="admin_password_reset"),  # the theme's login looks for it
    path("forgotten-password/sent/", LinkSent.as_view(), name="password_link_sent"),
]
