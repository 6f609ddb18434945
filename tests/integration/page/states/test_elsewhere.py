"""The page as a browser on another machine has it: by its name, over TLS, once its token was given."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.running import run, running


@pytest.mark.slow
def test_the_whole_page_works_over_tls_once_the_token_was_given(chromium: Browser, tmp_path: Path) -> None:
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
        "VIEW_TOKEN_FILE": str(token),
        "VIEW_CERTIFICATE_FILE": str(crt), "VIEW_KEY_FILE": str(key), "PUBLISH_ENABLED": "false",
    }  # fmt: skip
    environment = {f"CAPILLARY_STREAM_{name}": value for name, value in settings.items()}
    with running("demo", "--workers", "1", **environment) as process:
        assert process.stderr is not None
        port = next(found[1] for line in process.stderr if (found := re.search(r"https://[\w.-]+:(\d+)", line)))
        context = chromium.new_context(ignore_https_errors=True)
        page = context.new_page()
        complaints: list[str] = []
        sockets: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("websocket", lambda socket: sockets.append(socket.url))
        refused = page.goto(f"https://localhost:{port}/")
        assert refused is not None
        assert refused.status == 401
        page.goto(f"https://localhost:{port}/?token={token.read_text().strip()}")
        assert page.url == f"https://localhost:{port}/", "the token is not left in the address"
        expect(page.locator("body")).to_contain_text(re.compile(r"DEMO", re.IGNORECASE), timeout=30_000)
        page.wait_for_function("() => /\\d+\\.\\d/.test(document.body.innerText)", timeout=30_000)
        assert sockets
        assert all(url.startswith(f"wss://localhost:{port}/ws") for url in sockets)
        assert not complaints
        context.close()
