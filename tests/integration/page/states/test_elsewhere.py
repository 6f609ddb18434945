"""The page as a browser on another machine has it: by its name, over TLS, once its token was given."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.running import run, running


@pytest.fixture
def guarded(tmp_path: Path) -> tuple[dict[str, str], str]:
    """Return settings of a page beyond this machine, and its token."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl on this machine: install Debian's package openssl")
    crt, key, token = tmp_path / "page.crt", tmp_path / "page.key", tmp_path / "token"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-subj", "/CN=ward-7", "-addext", "subjectAltName=DNS:ward-7", "-out", crt, "-keyout", key],
        check=True, capture_output=True,
    )  # fmt: skip
    assert run("keys", "token", token).returncode == 0
    settings = {
        "VIEW_HOST": "0.0.0.0", "VIEW_PORT": "0", "VIEW_NAMES": '["ward-7", "localhost"]',
        "VIEW_TOKEN_FILE": str(token), "SINK_SESSIONS_DIR": str(tmp_path / "sessions"),
        "VIEW_CERTIFICATE_FILE": str(crt), "VIEW_KEY_FILE": str(key), "PUBLISH_ENABLED": "false",
    }  # fmt: skip
    environment = {f"CAPILLARY_STREAM_{name}": value for name, value in settings.items()}
    return environment, token.read_text().strip()


def port_of(process: "subprocess.Popen[str]") -> str:
    """Return the port of the page, once the program says it."""
    assert process.stderr is not None
    return next(found[1] for line in process.stderr if (found := re.search(r"https://[\w.-]+:(\d+)", line)))


def watched_page(chromium: Browser) -> tuple[Page, list[str], list[str]]:
    """Open an empty page in a context of its own; return it with the lists that its errors and WebSockets go into."""
    page = chromium.new_context(ignore_https_errors=True).new_page()
    complaints: list[str] = []
    sockets: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("websocket", lambda socket: sockets.append(socket.url))
    return page, complaints, sockets


@pytest.mark.nightly
def test_the_pages_of_several_sources_work_over_tls_once_the_token_was_given(
    chromium: Browser, guarded: tuple[dict[str, str], str]
) -> None:
    environment, token = guarded
    with running("live", "synthetic:?seed=1&fps=5", "synthetic:?seed=2&fps=5", **environment) as process:
        port = port_of(process)
        page, complaints, sockets = watched_page(chromium)
        for path in ("", "2/", "2/api/status"):
            refused = page.goto(f"https://localhost:{port}/{path}")
            assert refused is not None
            assert refused.status == 401
        page.goto(f"https://localhost:{port}/?token={token}")
        for number in (1, 2):
            expect(page.locator(f"#tab-{number}")).to_contain_text("LIVE", timeout=30_000)
            assert f"wss://localhost:{port}/{number}/ws" in sockets
        assert not complaints
        page.context.close()


@pytest.mark.slow
def test_the_whole_page_works_over_tls_once_the_token_was_given(
    chromium: Browser, guarded: tuple[dict[str, str], str]
) -> None:
    environment, token = guarded
    with running("demo", "--workers", "1", **environment) as process:
        port = port_of(process)
        page, complaints, sockets = watched_page(chromium)
        refused = page.goto(f"https://localhost:{port}/")
        assert refused is not None
        assert refused.status == 401
        page.goto(f"https://localhost:{port}/?token={token}")
        assert page.url == f"https://localhost:{port}/", "the token is not left in the address"
        expect(page.locator("body")).to_contain_text(re.compile(r"DEMO", re.IGNORECASE), timeout=30_000)
        page.wait_for_function("() => /\\d+\\.\\d/.test(document.body.innerText)", timeout=30_000)
        assert sockets
        assert all(url.startswith(f"wss://localhost:{port}/ws") for url in sockets)
        assert not complaints
        page.context.close()
