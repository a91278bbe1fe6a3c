"""The committed OpenAPI document."""

from typing import Any

import yaml
from django.conf import settings

SNAPSHOT = settings.BASE_DIR / "tests" / "openapi.yaml"
# libyaml reads it in a seventh of the time, and once for all.
DOCUMENT: dict[str, Any] = yaml.load(SNAPSHOT.read_text(), Loader=yaml.CSafeLoader)
