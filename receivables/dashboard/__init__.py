"""The first page of the admin: what is owed, what changed, what came in, and what is doubtful."""
