"""How long a large database takes to be migrated, and how long each migration keeps readers and senders waiting.

`python -m tests.benchmarks --part rekeying --invoices 10000000` fills a database of the schema before the accounts were
part of every key, and migrates it while a reader and a sender go on. `--before APP=NAME` starts from another schema.
"""
