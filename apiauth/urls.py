from django.urls import path

from apiauth import views

urlpatterns = [path("whoami", views.WhoamiView.as_view(), name="whoami")]
