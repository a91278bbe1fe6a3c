"""Accounts spread over the machines of a Citus cluster; on plain PostgreSQL, nothing of this folder is ever needed."""
