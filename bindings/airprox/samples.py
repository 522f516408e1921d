"""Recorded traffic to try things with, fetched on demand and never shipped.

The recordings lie in the wheel of the package ``traffic`` 2.13 (MIT), which is fetched once from
the package index that pip is configured with, checked by its hash, and kept in the user's cache
folder. The observations come from the OpenSky Network and are subject to its terms of use, which
are not those of this library. They are raw: repeated positions, gaps, wrong altitudes, and in
``noisy`` false positions, are left as they were received.
"""

import contextlib
import gzip
import hashlib
import io
import secrets
import zipfile
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from airprox_kernel import _folder

from . import _package_index, _recordings
from .errors import SampleError

__all__ = ["SampleError", "load", "names"]

_PROJECT = "traffic"
_VERSION = "2.13"
_WHEEL = f"{_PROJECT}-{_VERSION}-py3-none-any.whl"
_SHA256 = "5e0cd61d931d03103294361542188f08f959a55e862d5cba80ab61291021e66c"
_INSIDE = "traffic/data/samples/"
_LICENCE = (
    f"package {_PROJECT} {_VERSION}: MIT; the observations come from the OpenSky Network and are "
    "subject to its terms of use"
)


class _Sample(NamedTuple):
    files: tuple[str, ...]
    note: str


_SAMPLES = {
    "calfire": _Sample(
        ("firefighting/calfire",), "fire-fighting aircraft over California, many in small areas"
    ),
    "dreamliner_airfrance": _Sample(
        ("featured/dreamliner_airfrance",), "a chase plane filming a Boeing 787 in formation"
    ),
    "military": _Sample(
        ("military/aircraft_carrier", "military/inflight_refuelling"),
        "carrier landing practice and a tanker's refuelling tracks",
    ),
    "noisy": _Sample(
        (
            "noisy/noisy_ground",
            "noisy/noisy_landing",
            "noisy/noisy_spoofing",
            "noisy/noisy_takeoff",
            "noisy/noisy_time_issue",
        ),
        "false positions, wrong times, noise on the ground and at take-off and landing",
    ),
    "quickstart": _Sample(
        ("collections/quickstart",), "three hours around Paris, a point about every second"
    ),
    "switzerland": _Sample(
        ("collections/switzerland",), "one day of traffic over Switzerland, a point every 10 s"
    ),
}


def names() -> list[str]:
    """Return the names of the samples, sorted."""
    return sorted(_SAMPLES)


def load(name: str) -> pa.Table:
    """Return a recorded sample, one row a position, ready for ``columns="traffic"``.

    The first call fetches 28 MB; later ones read the user's cache folder (``$AIRPROX_CACHE_DIR``,
    else ``airprox`` in ``$XDG_CACHE_HOME``, ``~/.cache`` or ``~/Library/Caches``).

    Parameters
    ----------
    name
        One of `names`.

    Returns
    -------
    pyarrow.Table
        Columns ``flight_id``, ``icao24``, ``callsign`` (dictionary<int32, string>), ``timestamp``
        (us, UTC), ``latitude``, ``longitude`` (degrees), ``altitude`` (feet, pressure),
        ``groundspeed`` (knots), ``track`` (degrees), ``vertical_rate`` (ft/min) as float64, and
        ``onground``, ``squawk``, ``geoaltitude`` (feet) where they were recorded; sorted by flight
        and time. The unit is in each field's metadata, the provenance in the schema's. A
        ``flight_id`` is what one aircraft did under one callsign without a break of over 600 s;
        ``callsign`` is empty where none was received.

    Raises
    ------
    SampleError
        No such sample, or it cannot be fetched, or what came is not what it should be.

    Examples
    --------
    >>> airprox.samples.names()[-1]
    'switzerland'
    >>> airprox.samples.load("nowhere")
    Traceback (most recent call last):
    airprox.errors.SampleError: sample 'nowhere' must be one of calfire, ...
    """
    if name not in _SAMPLES:
        raise SampleError(f"sample {name!r} must be one of {', '.join(names())}")
    paths = [f"{_INSIDE}{file}.json.gz" for file in _SAMPLES[name].files]
    with zipfile.ZipFile(io.BytesIO(_wheel())) as wheel:
        recordings = [_recordings.read(gzip.decompress(wheel.read(path))) for path in paths]
    provenance = {
        "source": f"{_WHEEL} : {', '.join(paths)}",
        "sha256": _SHA256,
        "licence": _LICENCE,
        "note": _SAMPLES[name].note,
        "processing": _recordings.PROCESSING,
    }
    return _recordings.flights(recordings).replace_schema_metadata(provenance)


def _wheel() -> bytes:
    """Return the checked content of the wheel, from the cache if a sound copy is there.

    What is checked is what is used: the file is read once and not opened again by its name.
    """
    kept = _kept_wheel()
    with contextlib.suppress(OSError):
        if kept is not None and _is_sound(content := kept.read_bytes()):
            return content
    content = _package_index.fetch(_PROJECT, _VERSION, _WHEEL)
    if not _is_sound(content):
        raise SampleError(
            f"{_WHEEL} must have the sha256 {_SHA256}, but what the package index sent has "
            f"{hashlib.sha256(content).hexdigest()}"
        )
    if kept is not None:
        _keep(kept, content)
    return content


def _is_sound(content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == _SHA256


def _kept_wheel() -> Path | None:
    try:
        return _folder.cache_folder() / "samples" / _WHEEL
    except (OSError, RuntimeError):
        return None


def _keep(path: Path, content: bytes) -> None:
    """Put the wheel into the cache; a cache that cannot be written only costs the next fetch."""
    draft = None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}.draft")
        draft.write_bytes(content)
        draft.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            if draft is not None:
                draft.unlink(missing_ok=True)
