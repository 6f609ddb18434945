"""A camera with TLS is believed only if its certificate is, and then what it says is encrypted."""

from pathlib import Path

import pytest

from capture.sources.opening import open_source
from stream.errors import SourceError, UsageError
from tests.contracts.source_contract import frame
from tests.doubles.cameras.encrypted import encrypted, own_certificate, server_context
from tests.doubles.cameras.fake_camera import fake_camera
from tests.doubles.cameras.rtsp_camera import rtsp_camera


def test_an_own_certificate_is_trusted_only_if_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys.log"))
    certificate, key = own_certificate(tmp_path)
    with fake_camera() as camera, encrypted(camera.place, server_context(certificate, key)) as place:
        with pytest.raises(SourceError, match=r"its certificate is not trusted .* give it with #ca=FILE"):
            open_source(f"https://admin:secret@{place}/video#timeout_s=2")
        source = open_source(f"https://admin:secret@{place}/video#timeout_s=2&ca={certificate}")
        assert frame(source).std() > 0
        source.close()
    assert not (tmp_path / "keys.log").exists()


def test_a_camera_without_tls_is_told_as_such() -> None:
    with fake_camera() as camera, pytest.raises(SourceError, match="without TLS is http://"):
        open_source(f"https://admin:secret@{camera.place}/video#timeout_s=2")


def test_what_is_no_file_of_certificates_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear colleague")
    for name in ("letter.txt", "missing.pem"):
        with pytest.raises(SourceError, match="is no file of certificates"):
            open_source(f"https://127.0.0.1:9/#ca={tmp_path / name}")


@pytest.mark.slow
def test_rtsps_is_verified_too(tmp_path: Path) -> None:
    certificate, key = own_certificate(tmp_path)
    with rtsp_camera("jpeg") as camera, encrypted(camera.place, server_context(certificate, key)) as place:
        with pytest.raises(SourceError, match="its certificate is not trusted"):
            open_source(f"rtsps://admin:secret@{place}/live#timeout_s=2")
        source = open_source(f"rtsps://admin:secret@{place}/live#timeout_s=2&ca={certificate}")
        for _ in range(10):
            assert frame(source).std() > 0
        source.close()


def test_rtsps_over_udp_is_refused() -> None:
    with pytest.raises(UsageError, match="not encrypted"):
        open_source("rtsps://camera/live#transport=udp")
