"""Certificates made by openssl: an authority of one's own, and what it signs for a server."""

import subprocess
from pathlib import Path

from tests.programs import path_of

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


class Authority:
    """An authority whose certificate lies in `file`."""

    def __init__(self, folder: Path, name: str = "authority"):
        self._folder, self._name = folder, name
        self.file = folder / f"{name}.pem"
        own = ["-x509", *KEY, "-keyout", f"{name}.key", "-out", self.file.name, "-days", "2", "-subj", f"/CN={name}"]
        self._openssl("req", *own)

    def server(self, name: str, host: str = "DNS:localhost", days: int = 2) -> tuple[Path, Path]:
        """Return a server's certificate, which ended before it began where `days` are negative, and its key."""
        (self._folder / "names").write_text(f"subjectAltName={host}")
        self._openssl("req", *KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", "/CN=server")
        signed_by = ["-CA", self.file.name, "-CAkey", f"{self._name}.key", "-CAcreateserial", "-extfile", "names"]
        own = ["-req", "-in", f"{name}.csr", "-out", f"{name}.pem", "-days", str(days)]
        self._openssl("x509", *own, *signed_by)
        return self._folder / f"{name}.pem", self._folder / f"{name}.key"

    def _openssl(self, *arguments: str) -> None:
        subprocess.run([path_of("openssl"), *arguments], cwd=self._folder, check=True, capture_output=True)
