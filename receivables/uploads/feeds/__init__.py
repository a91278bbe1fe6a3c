"""The sender's side: files of rows, read, sent to a running server, and shown."""
