"""No inherited variable decides where pictures and secrets go, and which one was ignored is said without its value."""

from pathlib import Path

import pytest

from stream.machine.surroundings import ignored, remove_detours


@pytest.mark.parametrize(
    "name",
    [
        *("http_proxy", "HTTPS_PROXY", "All_Proxy", "no_proxy", "rtsp_proxy", "SOCKS5_SERVER"),
        *("HOSTALIASES", "LOCALDOMAIN", "RES_OPTIONS", "SSLKEYLOGFILE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"),
        *("OPENCV_FFMPEG_CAPTURE_OPTIONS", "OPENCV_VIDEOIO_PLUGIN_PATH_FFMPEG", "OPENCV_LOG_LEVEL", "FFREPORT"),
        *("OPENSSL_CONF", "GST_PLUGIN_PATH", "RAY_ADDRESS"),
    ],
)
def test_a_detour_is_removed_and_named_without_its_value(name: str) -> None:
    environment = {name: "http://user:geheim@10.9.8.7:3128", "HOME": "/home/a"}
    names = remove_detours(environment)
    assert environment == {"HOME": "/home/a"}
    assert ignored(names).startswith(f"{name} in the environment is ignored")
    assert "geheim" not in ignored(names)


@pytest.mark.parametrize(
    "name", ["PATH", "PYLON_CAMEMU", "GENICAM_GENTL64_PATH", "CAPILLARY_STREAM_SOURCE", "LANG", "PYTHONPATH", "HOME"]
)
def test_what_a_camera_or_the_user_needs_stays(name: str) -> None:
    environment = {name: "1"}
    assert remove_detours(environment) == []
    assert environment == {name: "1"}


def test_an_empty_variable_is_not_spoken_of() -> None:
    assert remove_detours({"http_proxy": ""}) == []
    assert not ignored([])


def test_a_temporary_folder_that_others_may_change_is_not_used(tmp_path: Path) -> None:
    (open_to_all := tmp_path / "open").mkdir()
    open_to_all.chmod(0o777)
    (sticky := tmp_path / "sticky").mkdir()
    sticky.chmod(0o1777)
    assert remove_detours({"TMPDIR": str(open_to_all)}) == ["TMPDIR"]
    assert remove_detours({"TMPDIR": str(tmp_path / "none")}) == ["TMPDIR"]
    assert remove_detours({"TMPDIR": str(sticky), "TMP": str(tmp_path)}) == []
