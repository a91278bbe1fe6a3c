from django.urls import path

from apiauth.api import views

urlpatterns = [path("whoami", views.WhoamiView.as_view(), name="whoami")]
