"""Where a server is, by what a sender wrote: its own address, or that of an upload to it."""

import re
from ipaddress import ip_address

import httpx

from receivables.uploads.client.failures import SendingFailed

NO_ADDRESS = "The address is none of a server. Write it as in https://receivables.example.com."
_OF_THE_API = re.compile(r"/+jsonApi(/+upload(/+(?P<resource>[^/]+))?)?/*\Z")


class Address:
    """An address up to the API's own paths; `resource` is what the address of an upload names, else empty.

    Raises SendingFailed for what is no address, or has a secret in it.
    """

    def __init__(self, written: str):
        url = _parsed(written.strip())
        of_the_api = _OF_THE_API.search(url.path)
        self.resource = (of_the_api["resource"] or "") if of_the_api else ""
        path = url.path[: of_the_api.start()] if of_the_api else url.path
        self.url = url.copy_with(path=path.rstrip("/") or "/")
        self.text = str(self.url).rstrip("/")

    @property
    def is_this_machine(self) -> bool:
        try:
            return ip_address(self.url.host).is_loopback
        except ValueError:
            return self.url.host == "localhost"

    @property
    def is_readable_on_the_way(self) -> bool:
        """Whether the secret would travel in the clear."""
        return self.url.scheme == "http" and not self.is_this_machine


def _parsed(written: str) -> httpx.URL:
    try:
        url = httpx.URL(written)
    except httpx.InvalidURL:  # it may quote a password
        raise SendingFailed(NO_ADDRESS) from None
    if url.scheme not in ("http", "https") or not url.host:
        raise SendingFailed(NO_ADDRESS)
    if url.userinfo or url.query or url.fragment:
        raise SendingFailed("The address of a server has no login, query or fragment in it. Leave them out.")
    return url
