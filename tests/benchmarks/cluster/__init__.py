"""What it costs to spread accounts over a cluster: the same work on a plain PostgreSQL and on a Citus cluster.

`PLAIN_URL=... CLUSTER_URL=... python -m tests.benchmarks --part cluster`. Both name an empty database of servers that
run with the same settings, and are empty again afterwards. Each side is a process of its own with the production
server beside it, filled by the same uploads. They run in turn, and their answers are compared.
"""
