"""How fast the service is, and how small, beside what else one might have written: `make bench`.

Nothing here is a test: it measures on the production server over real HTTP, and fails only where an answer, or
what it left in the table, is wrong.
"""
