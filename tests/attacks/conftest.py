"""Abuse that strangers tried on the running service, each as a test that the service now holds."""

from tests.http.conftest import gunicorn, pair, start

__all__ = ["gunicorn", "pair", "start"]
