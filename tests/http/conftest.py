import json

import pytest

from tests.http.senders import BAD, GOOD, Sender


@pytest.fixture
def sender(gunicorn, pair, tmp_path) -> Sender:
    """A sender with the files all.json, some.json and none.json, named after how many of their rows are good."""
    for name, rows in {"all.json": [GOOD], "some.json": [GOOD, BAD], "none.json": [BAD]}.items():
        (tmp_path / name).write_text(json.dumps(rows))
    return Sender(tmp_path, f"http://127.0.0.1:{gunicorn.port}", pair["api_key"], pair["api_secret"])
