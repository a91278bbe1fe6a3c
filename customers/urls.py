from django.urls import path

from customers import views

urlpatterns = [
    path("customers", views.CustomerListView.as_view(), name="customer-list"),
    path("customers/<int:pk>", views.CustomerDetailView.as_view(), name="customer-detail"),
    path("customers/<int:pk>/history", views.CustomerChangeListView.as_view(), name="customer-history"),
]
