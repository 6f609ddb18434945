"""What people read if an archive refuses: one sentence that says what to change, and nothing about a patient."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from stream.errors import ConfigError, OutputError
from stream.outlets.dicom.sender import DicomSender
from tests.doubles.archives.certificates import Authority
from tests.doubles.archives.orthanc import Orthanc
from tests.doubles.readings import reading


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    orthanc = Orthanc(tmp_path_factory.mktemp("orthanc"))
    orthanc.start()
    yield orthanc
    orthanc.stop()


def by_dicom(orthanc: Orthanc, **others: Any) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": orthanc.dicom_port, "called": "ORTHANC", "timeout_s": 2.0} | others


@pytest.mark.parametrize(
    ("others", "sentence"),
    [
        ({"called": "ANOTHER"}, "its AE title is not ANOTHER: change `called`"),
        ({"calling": "STRANGER"}, "does not know the calling AE title STRANGER"),
        ({"port": 1}, "nothing listens on the archive ORTHANC"),
        ({"tls": {}}, "closed the connection: check that the receiver works, and whether it asks for TLS"),
    ],
)
def test_a_refused_association_is_one_sentence(orthanc: Orthanc, others: dict[str, Any], sentence: str) -> None:
    with pytest.raises(OutputError, match=sentence):
        DicomSender(by_dicom(orthanc, **others)).check()


def test_a_path_without_a_service_is_one_sentence(orthanc: Orthanc) -> None:
    with pytest.raises(OutputError, match='check the path in "url"'):
        DicomSender({"url": f"{orthanc.web}/nothing"}).check()


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({}, "either host"),
        ({"host": "a", "url": "http://b"}, "either host"),
        ({"host": "a", "called": "more than sixteen characters"}, "called"),
        ({"url": "http://b", "authorization": "Bearer x"}, "would send its authorization unencrypted"),
        ({"host": "a", "authorization": "Bearer x"}, "only a DICOMweb service asks for one"),
        ({"url": "http://b:port"}, 'impossible port in "url"'),
        ({"host": "a", "tls": {"certificate": "only.crt"}}, "only.crt"),
        ({"host": "a", "tls": {"ca": "not-there.crt"}}, "not-there.crt"),
    ],
)
def test_wrong_settings_are_named(table: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        DicomSender(table)


@pytest.mark.slow
class TestTls:
    """Orthanc with DICOM over TLS, which asks for a certificate."""

    @pytest.fixture
    def files(self, tmp_path: Path) -> Iterator[tuple[Orthanc, dict[str, Any]]]:
        authority = Authority(tmp_path / "authority")
        certificate, key = authority.sign("archive")
        orthanc = Orthanc(
            tmp_path / "orthanc",
            DicomTlsEnabled=True,
            DicomTlsCertificate=certificate,
            DicomTlsPrivateKey=key,
            DicomTlsTrustedCertificates=str(authority.certificate),
        )
        own, own_key = authority.sign("program")
        orthanc.start()
        yield orthanc, {"ca": str(authority.certificate), "certificate": own, "key": own_key}
        orthanc.stop()

    def test_a_report_arrives_over_tls(self, files: tuple[Orthanc, dict[str, Any]]) -> None:
        orthanc, tls = files
        sender = DicomSender(by_dicom(orthanc, tls=tls))
        assert "answers" in sender.check()
        sender.send(reading(3))
        stored: list[Dataset] = list(orthanc.objects())
        assert [one.InstanceNumber for one in stored] == [4]

    def test_each_wrong_certificate_is_one_sentence(
        self, files: tuple[Orthanc, dict[str, Any]], tmp_path: Path
    ) -> None:
        orthanc, tls = files
        stranger = Authority(tmp_path / "stranger")
        certificate, key = stranger.sign("program")
        for wrong, sentence in (
            ({"ca": str(stranger.certificate)}, "the certificate of .* is not accepted"),
            ({"certificate": certificate, "key": key}, "may want a .certificate. that it trusts"),
            ({"certificate": "", "key": ""}, "may want a .certificate. that it trusts"),
        ):
            with pytest.raises(OutputError, match=sentence):
                DicomSender(by_dicom(orthanc, tls=tls | wrong)).check()
        with pytest.raises(OutputError, match="expects TLS"):
            DicomSender(by_dicom(orthanc)).check()
