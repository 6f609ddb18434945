"""A password is kept nowhere, whatever form it comes in; what tells one camera from another is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.console.public_source import public_source, secrets_in

SECRET = "geheim9"

FORMS = [
    "http://user:{0}@host/video",
    "HTTP://user:{0}@host:8080/video",
    "rtsp://{0}@host/live",
    "rtsp://user:p@{0}@host/live",
    "rtsp://user:a/{0}@host/live",
    "rtsp://user:a?{0}@host/live",
    "rtsp://user:a#{0}@host/live",
    "rtsp://user:12/{0}@host/live",
    "http://host/video?user={0}&pwd={0}",
    "http://host/video?token={0}",
    "http://host/video?{0}",
    "http://host/video;user=a;password={0}",
    "http://host/video#password={0}&timeout_s=3",
    "http://host/video#{0}",
    "rtsp://host/user=admin_password={0}_channel=1_stream=0.sdp",
    "rtsps://host:7441/{0}Ab3dE5fG7h",
    "http:user:{0}@host/video",
    "video:http://user:{0}@host/video",
    "rtmp://host/app?key={0}",
    "mine://user:{0}@host/x?secret={0}",
    "onvif:user:{0}@10.0.0.5",
    "genicam:serial?password={0}",
]


@pytest.mark.parametrize("form", FORMS)
def test_a_password_is_left_out_in_any_form(form: str) -> None:
    assert SECRET not in public_source(form.format(SECRET))
    assert public_source(public_source(form.format(SECRET))) == public_source(form.format(SECRET))


@pytest.mark.parametrize("form", FORMS)
def test_what_is_left_out_is_known_so_that_it_can_be_hidden(form: str) -> None:
    source = form.format(SECRET)
    assert source in secrets_in(source)
    assert any(SECRET in one and one != source for one in secrets_in(source))


def test_a_percent_sign_hides_nothing() -> None:
    assert {"ge%68eim9", "geheim9"} <= secrets_in("http://user:ge%68eim9@host/video")


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("rtsp://admin:secret@10.0.0.5/stream", "rtsp://10.0.0.5/stream"),
        ("rtsp://admin:p@ss@10.0.0.5:554/stream?channel=1", "rtsp://10.0.0.5:554/stream?channel=1"),
        ("http://user@host/path?mail=a@b", "http://host/path?mail=…"),
        ("http://host?mail=a@b", "http://host?mail=…"),
        ("http://[::1]:81/axis-cgi/mjpg/video.cgi?camera=2", "http://[::1]:81/axis-cgi/mjpg/video.cgi?camera=2"),
    ],
)
def test_what_is_kept_tells_one_camera_from_another(source: str, shown: str) -> None:
    assert public_source(source) == shown


@pytest.mark.parametrize(
    "source",
    [
        *("clip@home.avi", "camera:0?width=1920&fps=60", "camera:/dev/v4l/by-id/usb-046d_C920_A1B2-video-index0"),
        *(
            "synthetic:?seed=1&seconds=60",
            "/data/a?password=x.mp4",
            "images:f?.png",
            "video:a@b:c.mp4",
            "C:\\a:b@c.mp4",
        ),
        *("rtsp://10.0.0.5/Streaming/Channels/101", "http://host/cam/realmonitor?channel=1&subtype=0", ""),
        *("rtsp://host/h264Preview_01_main", "rtsp://[fe80::1%eth0]:554/live.sdp#timeout_s=3"),
    ],
)
def test_a_name_without_a_secret_stays_as_it_is(source: str) -> None:
    assert public_source(source) == source
    assert secrets_in(source) == set()


@given(st.text())
def test_any_text_has_a_public_form_that_stays(source: str) -> None:
    assert public_source(public_source(source)) == public_source(source)


@given(
    st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=20),
    st.sampled_from(["http", "RTSP", "rtsps"]),
)
def test_no_password_of_any_signs_is_kept(password: str, scheme: str) -> None:
    source = f"{scheme}://u:Q{password}Q@cam.example/live"
    assert f"Q{password}Q" not in public_source(source)
