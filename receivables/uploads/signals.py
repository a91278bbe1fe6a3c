"""The end of an upload, for whatever follows it: figures, notices, metrics."""

from django.dispatch import Signal

# Sent with `upload` once its receipt is committed, however it ended: accepted or refused, at once or by a worker, a dry
# run too. A receiver that raises is logged, and fails no upload.
upload_finished = Signal()
