from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ServiceConfig(AppConfig):
    name = "config"
    verbose_name = "Service"


class ServiceAdminConfig(AdminConfig):
    default_site = "config.admin.pages.AdminSite"
