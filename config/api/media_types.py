"""The names of newline-delimited JSON. None is registered with IANA, so clients have several."""

LINES = "application/x-ndjson"
OTHER_LINES = ["application/ndjson", "application/jsonl", "application/x-jsonlines", "application/jsonlines"]
