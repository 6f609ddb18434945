"""Certificates for a test: an authority of its own, and what it signed."""

import shutil
import subprocess
from pathlib import Path

from tests.conftest import missing

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Authority:
    """Signs certificates, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("openssl") is None:
            missing("no openssl: apt-get install openssl")
        folder.mkdir()
        self._folder = folder
        self.certificate, self._key = folder / "ca.crt", folder / "ca.key"
        self._openssl("req", "-x509", *_KEY, "-days", "2", "-subj", "/CN=test authority", "-keyout", self._key,
                      "-out", self.certificate)  # fmt: skip

    def sign(self, name: str) -> tuple[str, str]:
        """Return the files of a new certificate for 127.0.0.1 and of its key."""
        request, certificate, key = (self._folder / f"{name}.{ending}" for ending in ("csr", "crt", "key"))
        self._openssl("req", *_KEY, "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
                      "-keyout", key, "-out", request)  # fmt: skip
        self._openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial",
                      "-days", "2", "-copy_extensions", "copy", "-out", certificate)  # fmt: skip
        return str(certificate), str(key)

    def _openssl(self, *arguments: str | Path) -> None:
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
