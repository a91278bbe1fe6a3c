"""Abuse that strangers tried on the running service, each as a test that the service now holds.

Where an attack is held elsewhere, because it needs a browser, a broken machine or no server at all:

- nobody could be added, or came back from a lost login: tests/browser/test_people.py, test_lost_logins.py
- a worker or `make run` that ends wrongly: tests/faults/test_workers.py, test_make_run.py
- plain http, idle connections that break: tests/config/test_https.py, tests/http/test_connections.py
- another account's proposed key: tests/apiauth/test_admin_key_pairs.py
- Django's own pages: tests/config/test_refused_pages.py, test_problems.py
- old data before a migration: tests/receivables/test_migrations.py
"""
