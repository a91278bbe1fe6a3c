"""Abuse that strangers tried on the running service, each as a test that the service now holds."""
