"""Fetching one file of one package from the index that the user's pip is configured with."""

import base64
import configparser
import html.parser
import importlib.util
import json
import os
import ssl
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from .errors import SampleError

_INDEX_VARIABLES = (
    "PIP_INDEX_URL",
    "UV_DEFAULT_INDEX",
    "UV_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "UV_INDEX",
    "UV_EXTRA_INDEX_URL",
)
_PIP_SECTIONS = ("global", "download", "install")
_FETCH_SECONDS = 600
_SIMPLE_PAGE = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"


def fetch(project: str, version: str, filename: str) -> bytes:
    """Return the content of a package's file, unchecked.

    pip fetches it with all of its own settings; where there is no pip, it is read from the index
    that pip or uv would be told to use. Raises `SampleError` with what the last of these said.
    """
    if importlib.util.find_spec("pip") is not None:
        return _fetch_by_pip(f"{project}=={version}", filename)
    return _fetch_from_index(project, filename)


def _fetch_by_pip(requirement: str, filename: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--disable-pip-version-check", "--no-input", "--only-binary", ":all:"]
        command += ["--dest", folder, requirement]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                check=False,
                stdin=subprocess.DEVNULL,
                text=True,
                timeout=_FETCH_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SampleError(f"pip cannot fetch {requirement}: {error}") from error
        path = Path(folder, filename)
        if done.returncode != 0 or not path.exists():
            said = done.stderr.strip().splitlines() or [f"it brought no file {filename}"]
            errors = [line for line in said if line.startswith("ERROR")]
            raise SampleError(f"pip cannot fetch {requirement}: {(errors or said)[-1]}")
        return path.read_bytes()


def _fetch_from_index(project: str, filename: str) -> bytes:
    indexes = _configured_indexes()
    if not indexes:
        raise SampleError(
            f"{filename} cannot be fetched: there is no pip here, and neither PIP_INDEX_URL nor a "
            "pip.conf names a package index"
        )
    problem = ""
    for index in indexes:
        try:
            page, kind, base = _read(f"{index.rstrip('/')}/{project}/", _SIMPLE_PAGE)
            links = _links(page, kind)
            if filename in links:
                address = urllib.parse.urljoin(base, links[filename])
                return _read(_with_login(address, index), "*/*")[0]
            problem = "the index does not have it"
        except (OSError, ValueError, KeyError) as error:
            problem = f"{type(error).__name__}: {error}"
    raise SampleError(f"{filename} cannot be fetched from the package index: {problem}")


def _configured_indexes() -> list[str]:
    """Return the indexes that pip or uv would ask, the environment's before the files'."""
    indexes = [os.environ.get(variable, "") for variable in _INDEX_VARIABLES]
    indexes += [_pip_setting("index-url"), _pip_setting("extra-index-url")]
    # uv writes NAME=URL for a named index; pip takes several, between spaces.
    addresses = [word for value in indexes for word in value.split()]
    named = [word.partition("=")[2] if "=" in word.split(":")[0] else word for word in addresses]
    return list(dict.fromkeys(named))


def _pip_setting(name: str) -> str:
    """Return a setting of pip's configuration files, the most specific file first, or ''."""
    for file in _pip_files():
        parser = configparser.RawConfigParser()
        try:
            parser.read(file)
        except (configparser.Error, UnicodeDecodeError):
            continue
        for section in _PIP_SECTIONS:
            if parser.has_option(section, name):
                return parser.get(section, name)
    return ""


def _pip_files() -> list[Path]:
    home = _home()
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    return [
        Path(os.environ.get("PIP_CONFIG_FILE") or os.devnull),
        Path(sys.prefix, "pip.conf"),
        config / "pip" / "pip.conf",
        home / "Library" / "Application Support" / "pip" / "pip.conf",
        home / ".pip" / "pip.conf",
        Path("/etc/xdg/pip/pip.conf"),
        Path("/etc/pip.conf"),
    ]


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        return Path(os.devnull)


def _read(address: str, accept: str) -> tuple[bytes, str, str]:
    """Return the content at an address, its media type, and where it was found in the end."""
    parts = urllib.parse.urlsplit(address)
    login = ""
    if parts.username is not None:
        # urllib takes no name and password from the address itself.
        secret = f"{parts.username}:{parts.password or ''}"
        encoded = base64.b64encode(urllib.parse.unquote(secret).encode()).decode()
        login = f"Basic {encoded}"
        parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
    headers = {"Accept": accept, "User-Agent": "airprox"}
    request = urllib.request.Request(parts._replace(fragment="").geturl(), headers=headers)
    if login:
        # A redirection to another host must not take the password along.
        request.add_unredirected_header("Authorization", login)
    certificates = os.environ.get("PIP_CERT") or _pip_setting("cert") or None
    context = ssl.create_default_context(cafile=certificates)
    with urllib.request.urlopen(request, timeout=60, context=context) as response:
        return response.read(), response.headers.get_content_type(), response.url


def _with_login(address: str, index: str) -> str:
    """Return the address with the name and password of the index, if it is on the same host."""
    login, _, host = urllib.parse.urlsplit(index).netloc.rpartition("@")
    parts = urllib.parse.urlsplit(address)
    return (
        parts._replace(netloc=f"{login}@{host}").geturl()
        if login and parts.netloc == host
        else address
    )


def _links(page: bytes, kind: str) -> dict[str, str]:
    """Return name -> address of the files of a simple index page, as JSON (PEP 691) or HTML."""
    if kind.endswith("+json"):
        files: list[dict[str, Any]] = json.loads(page)["files"]
        return {file["filename"]: file["url"] for file in files}
    reader = _Anchors()
    reader.feed(page.decode())
    return {urllib.parse.urlsplit(link).path.rpartition("/")[2]: link for link in reader.addresses}


class _Anchors(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.addresses += [value for name, value in attrs if name == "href" and value]
