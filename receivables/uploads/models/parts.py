"""What came in and is kept for later, in parts."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models, transaction


class PartManager(models.Manager[Any]):
    """The parts of one body, or of one file."""

    def store(self, contents: Iterable[bytes]) -> int:
        """Store them in their order; return their bytes."""
        size = 0
        for number, content in enumerate(contents):
            self.create(number=number, content=content)
            size += len(content)
        return size

    def contents(self) -> Iterator[bytes]:
        """Yield them in their order, fetched one by one."""
        found = self.order_by("number").values_list("content", flat=True)
        with transaction.atomic():
            yield from map(bytes, found.iterator(chunk_size=1))


class Part(models.Model):
    """A piece of what came in, compressed with zstd."""

    number = models.PositiveIntegerField()
    content = models.BinaryField()

    objects = PartManager()

    class Meta:
        abstract = True
