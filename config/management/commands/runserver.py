from django.contrib.staticfiles.management.commands import runserver

from config.management.development_server import PublishedHeadersServer


class Command(runserver.Command):
    server_cls = PublishedHeadersServer
