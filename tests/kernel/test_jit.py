"""The compile flags and the private cache, each in processes of their own.

The package under test is a copy of the cache's modules with two functions beside them, so that its
sources can be changed and its folder broken without touching anybody's real cache.
"""

import copy
import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
import time
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from airprox_kernel import _cache, _folder

KERNEL = Path(_cache.__file__).parent

CALLEE = """
from ._jit import jit

@jit
def weight(value):
    return 2.0 * value
"""

CALLER = """
from ._jit import jit
from .callee import weight

@jit
def total(values):
    result = 0.0
    for value in values:
        result += weight(value)
    return result
"""

PROGRAM = """
import json, os, sys, warnings
import numpy as np
import numba

environment, settings = dict(os.environ), dict(vars(numba.config))
with warnings.catch_warnings(record=True) as caught:
    if not sys.warnoptions:
        warnings.simplefilter("always")
    from tiny.caller import total

    value = [total(np.arange(4.0)), total(np.arange(4))]

assert dict(os.environ) == environment
assert all(settings[name] is getattr(numba.config, name) for name in settings if name.isupper())
answer = {"value": value, "warnings": [str(warning.message) for warning in caught]}
if hasattr(total, "stats"):
    stats = total.stats
    answer |= {"hits": sum(stats.cache_hits.values()), "misses": sum(stats.cache_misses.values())}
    answer |= {"options": total.targetoptions, "path": stats.cache_path}
print(json.dumps(answer))
"""

RIGHT = [12.0, 12.0]


COUNTER = """
from ._jit import jit, jit_inner

@jit_inner
def advanced(count, step):
    return count + step

@jit
def counted(values):
    count = 0
    for value in values:
        count = advanced(count, 1)
    return count
"""


class Tiny:
    """A small package with the cache's modules, and a cache folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.package = folder / "lib" / "tiny"
        self.cache = folder / "cache"
        self.package.mkdir(parents=True)
        for module in ("_jit", "_inlined", "_cache", "_folder"):
            shutil.copy(KERNEL / f"{module}.py", self.package)
        self.write("__init__", "")
        self.write("callee", CALLEE)
        self.write("caller", CALLER)
        self.settle()

    def write(self, module: str, source: str) -> None:
        (self.package / f"{module}.py").write_text(source)

    def settle(self) -> None:
        # Sources younger than this at the import are not trusted to be the ones in memory.
        time.sleep(_cache._IMPORT_TIME + 0.1)

    def start(self, *options: str, program: str = PROGRAM, **variables: str) -> Any:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")
        }
        environment["PYTHONPATH"] = str(self.package.parent)
        environment["AIRPROX_CACHE_DIR"] = str(self.cache)
        return subprocess.Popen(
            [sys.executable, "-B", *options, "-c", program],
            env=environment | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *options: str, program: str = PROGRAM, **variables: str) -> dict[str, Any]:
        return finished(self.start(*options, program=program, **variables))

    def with_cache(self, cache: Path) -> "Tiny":
        """Return the same package with another folder for its cache."""
        other = copy.copy(self)
        other.cache = cache
        return other

    def files(self) -> list[Path]:
        return sorted(self.cache.glob("kernels-*/*"))


def finished(process: Any) -> dict[str, Any]:
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return json.loads(output)


@pytest.fixture
def tiny(tmp_path: Path) -> Tiny:
    return Tiny(tmp_path)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """A package whose functions one process has compiled and kept."""
    tiny = Tiny(tmp_path_factory.mktemp("filled"))
    first = tiny.run()
    assert (first["value"], first["hits"], first["misses"]) == (RIGHT, 0, 2)
    assert first["warnings"] == []
    return tiny


@pytest.fixture
def used(filled: Tiny, tmp_path: Path) -> Tiny:
    """The filled package with a copy of its cache, to be broken."""
    return filled.with_cache(Path(shutil.copytree(filled.cache, tmp_path / "cache")))


@pytest.fixture
def unused(filled: Tiny, tmp_path: Path) -> Tiny:
    """The package, which is old enough to be trusted, and no cache yet."""
    return filled.with_cache(tmp_path / "cache")


def test_flags_are_those_that_exactness_needs(filled: Tiny) -> None:
    options = filled.run()["options"]
    assert options.pop("boundscheck", None) is None
    wanted = {"nogil": True, "error_model": "numpy", "nopython": True, "_nrt": False}
    wanted |= {"no_cfunc_wrapper": True}
    assert options == wanted


def test_second_process_loads_every_signature(filled: Tiny) -> None:
    second = filled.run("-W", "error")
    assert (second["value"], second["hits"], second["misses"]) == (RIGHT, 2, 0)
    assert Path(second["path"]).parent == filled.cache


def test_folder_and_files_are_for_their_owner_alone(filled: Tiny) -> None:
    folders = [filled.cache, *filled.cache.iterdir()]
    assert [folder.stat().st_mode & 0o777 for folder in folders] == [0o700, 0o700]
    assert {file.stat().st_mode & 0o777 for file in filled.files()} == {0o600}


def test_without_the_compiler_functions_are_plain(filled: Tiny) -> None:
    plain = filled.run(NUMBA_DISABLE_JIT="1")
    assert plain == {"value": RIGHT, "warnings": []}


def test_literal_takes_the_code_for_numbers(tiny: Tiny) -> None:
    tiny.write("counter", COUNTER)
    program = """
import json
import numpy as np
from tiny.counter import advanced, counted

signatures = [] if counted(np.ones(3)) != 3 else advanced.signatures
print(json.dumps([str(signature) for signature in signatures]))
"""
    assert tiny.run(program=program) == ["(int64, int64)"]


def test_code_with_other_settings_is_kept_apart(used: Tiny) -> None:
    assert used.run(NUMBA_BOUNDSCHECK="1")["hits"] == 0
    assert used.run(NUMBA_OPT="1")["hits"] == 0
    assert used.run(NUMBA_CPU_NAME="nehalem")["hits"] == 0  # one home, two processors


def test_changed_callee_in_another_file_is_seen(tiny: Tiny) -> None:
    assert tiny.run()["value"] == RIGHT
    tiny.write("callee", CALLEE.replace("2.0", "3.0"))
    tiny.settle()
    changed = tiny.run()
    assert (changed["value"], changed["hits"]) == ([18.0, 18.0], 0)


METADATA = "Metadata-Version: 2.1\nName: tiny\nVersion: {}\n"
WHEEL = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def wheel_of(tiny: Tiny, version: str) -> Path:
    """Return a wheel of the package as it is now."""
    path = tiny.package.parent / f"tiny-{version}-py3-none-any.whl"
    about = f"tiny-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        for source in tiny.package.glob("*.py"):
            wheel.write(source, f"tiny/{source.name}")
        wheel.writestr(
            f"{about}/METADATA", f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}"
        )
        wheel.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any"
        )
        wheel.writestr(f"{about}/RECORD", "")
    return path


@pytest.mark.skipif(find_spec("pip") is None, reason="needs pip")
def test_upgrade_in_place_by_pip_gives_the_new_answer(tiny: Tiny, tmp_path: Path) -> None:
    old = wheel_of(tiny, "1")
    tiny.write("callee", CALLEE.replace("2.0", "3.0"))
    new = wheel_of(tiny, "2")
    tiny.package = tmp_path / "site" / "tiny"
    for wheel, value in ((old, RIGHT), (new, [18.0, 18.0])):
        options = ["--no-index", "--no-deps", "--upgrade", "--quiet", "--target"]
        command = [sys.executable, "-m", "pip", "install", *options, tmp_path / "site", wheel]
        subprocess.run(command, check=True, capture_output=True)
        tiny.settle()
        assert tiny.run()["value"] == value
        again = tiny.run()
        assert (again["value"], again["hits"]) == (value, 2)


def test_sources_that_change_under_a_running_process_are_not_mixed_up(tiny: Tiny) -> None:
    # The process has the old callee in memory when the new one is on disk: the code it compiles
    # must not be kept as that of the new sources.
    replace = f"""
from pathlib import Path
import tiny.caller, time
Path(tiny.callee.__file__).write_text({CALLEE.replace("2.0", "3.0")!r})
"""
    assert tiny.run(program=replace + PROGRAM)["value"] == RIGHT
    tiny.settle()
    assert tiny.run()["value"] == [18.0, 18.0]


def emptied(content: bytes) -> bytes:
    return content[:0]


def torn(content: bytes) -> bytes:
    return content[: len(content) // 2]


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :]


def foreign(content: bytes) -> bytes:
    return pickle.dumps(len(content))


@pytest.mark.parametrize("damages", [(emptied, torn), (flipped, foreign)])
def test_damaged_file_is_compiled_anew_and_replaced(used: Tiny, damages: Any) -> None:
    totals = [file for file in used.files() if file.name.startswith("total-")]
    for file, damage in zip(totals, damages, strict=True):
        file.write_bytes(damage(file.read_bytes()))
    healed = used.run()
    assert (healed["value"], healed["hits"], healed["warnings"]) == (RIGHT, 0, [])
    assert used.run()["hits"] == 2


def test_code_of_another_signature_is_not_run(used: Tiny) -> None:
    first, second = (file for file in used.files() if file.name.startswith("total-"))
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)
    swapped = used.run("-W", "error")
    assert (swapped["value"], swapped["hits"]) == (RIGHT, 0)


class Planted:
    """A pickle that makes a folder when it is read."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.mark),)


def plant(tiny: Tiny, mark: Path) -> None:
    payload = pickle.dumps(Planted(mark))
    for file in tiny.files():
        file.write_bytes(_cache._MAGIC + hashlib.sha256(payload).digest() + payload)


def test_planted_pickle_would_be_read_in_a_private_folder(used: Tiny, tmp_path: Path) -> None:
    # Shows that the refusals below are due to the modes, not to a plant that cannot work.
    plant(used, tmp_path / "mark")
    assert used.run()["value"] == RIGHT
    assert (tmp_path / "mark").exists()


@pytest.mark.parametrize("place", ["root", "folder", "file", "link", "owner"])
def test_planted_pickle_is_not_read_where_others_may_write(
    used: Tiny, tmp_path: Path, place: str
) -> None:
    plant(used, tmp_path / "mark")
    folder = used.files()[0].parent
    if place == "owner" and os.geteuid() != 0:
        pytest.skip("only the superuser can give a folder away")
    if place == "root":
        used.cache.chmod(0o770)
    elif place == "folder":
        folder.chmod(0o702)
    elif place == "file":
        for file in used.files():
            file.chmod(0o660)
    elif place == "owner":
        os.chown(used.cache, os.geteuid() + 1, -1)
    else:
        folder.rename(tmp_path / "elsewhere")
        folder.symlink_to(tmp_path / "elsewhere")
    answer = used.run()
    assert (answer["value"], answer["hits"]) == (RIGHT, 0)
    assert len(answer["warnings"]) == 1
    assert not (tmp_path / "mark").exists()


def test_folder_that_cannot_be_made_costs_one_warning(unused: Tiny) -> None:
    unused.cache.write_text("a file stands where the folder should be")
    answer = unused.run()
    assert answer["value"] == RIGHT
    (warning,) = answer["warnings"]
    assert warning.startswith("compiled code is not kept between processes")
    # Even where warnings are errors, nothing is raised.
    assert unused.run("-W", "error")["value"] == RIGHT


FULL_DISK = """
import resource

resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
"""
READ_ONLY = """
import errno, os

def refused(path, *arguments, **named):
    raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)

def opened(path, flags, *arguments, open=os.open, **named):
    return (refused if flags & os.O_CREAT else open)(path, flags, *arguments, **named)

os.open, os.mkdir = opened, refused
"""


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is cached there")
@pytest.mark.parametrize("trouble", [FULL_DISK, READ_ONLY], ids=["full disk", "read-only"])
def test_code_that_cannot_be_kept_costs_one_warning(unused: Tiny, trouble: str) -> None:
    unused.cache.mkdir(mode=0o700)
    answer = unused.run(program=trouble + PROGRAM)
    assert (answer["value"], answer["hits"], answer["misses"]) == (RIGHT, 0, 2)
    (warning,) = answer["warnings"]
    assert warning.startswith("compiled code is not kept between processes: OSError")
    assert unused.files() == []


def test_code_is_read_from_a_disk_that_is_full_or_read_only(used: Tiny) -> None:
    for trouble in (FULL_DISK, READ_ONLY):
        answer = used.run("-W", "error", program=trouble + PROGRAM)
        assert (answer["value"], answer["hits"]) == (RIGHT, 2)


def test_user_without_a_home_is_served(unused: Tiny, tmp_path: Path) -> None:
    home = str(tmp_path / "nowhere")
    answer = unused.run(AIRPROX_CACHE_DIR="", XDG_CACHE_HOME="", HOME=home)
    assert answer["value"] == RIGHT
    assert len(answer["warnings"]) == 1
    assert not Path(home).exists()


def test_processes_that_fill_one_cache_at_once(unused: Tiny) -> None:
    processes = [unused.start() for _ in range(4)]
    answers = [finished(process) for process in processes]
    assert [answer["value"] for answer in answers] == [RIGHT] * 4
    assert [answer["warnings"] for answer in answers] == [[]] * 4
    last = unused.run("-W", "error")
    assert (last["hits"], last["misses"]) == (2, 0)
    assert not [file for file in unused.files() if file.suffix == ".draft"]


def test_only_recent_folders_stay(unused: Tiny) -> None:
    unused.cache.mkdir(mode=0o700)
    for age in range(_cache._FOLDERS_KEPT + 3):
        (unused.cache / f"kernels-{age}").mkdir()
        os.utime(unused.cache / f"kernels-{age}", (age, age))
    (unused.cache / "samples").mkdir()
    kept = Path(unused.run()["path"])
    assert kept.is_dir()
    assert len(list(unused.cache.glob("kernels-*"))) == _cache._FOLDERS_KEPT
    assert not (unused.cache / "kernels-3").exists()
    assert (unused.cache / "samples").exists()


def test_decorating_does_no_input_or_output(unused: Tiny) -> None:
    program = """
import json, sys
import numba, tiny
numba.njit(lambda: None)  # what Numba imports for its first dispatcher is not ours
from tiny._jit import jit

names = {}
exec(compile("def one(): return 1", tiny.__path__[0] + "/one.py", "exec"), names)
events = []
sys.addaudithook(lambda event, arguments: events.append(event))
jit(names["one"])
touching = ("open", "os.", "shutil.", "tempfile.", "glob.", "socket.", "subprocess.")
print(json.dumps([event for event in events if event.startswith(touching)]))
"""
    assert unused.run(program=program) == []


def test_folder_of_another_user_is_refused(tmp_path: Path, monkeypatch: Any) -> None:
    with _folder.private_folder(tmp_path / "root", "inner", create=True) as folder:
        _folder.write_private(folder, "file", b"content")
        assert _folder.read_private(folder, "file") == b"content"
        owner = os.geteuid()
        monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
        with pytest.raises(PermissionError, match="belongs to user"):
            _folder.read_private(folder, "file")
    with (
        pytest.raises(PermissionError, match="belongs to user"),
        _folder.private_folder(tmp_path / "root", "inner", create=False),
    ):
        pass


def test_pipe_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    with _folder.private_folder(tmp_path / "root", "inner", create=True) as folder:
        os.mkfifo(tmp_path / "root" / "inner" / "pipe", 0o600)
        with pytest.raises(PermissionError, match="wrong kind"):
            _folder.read_private(folder, "pipe")


def test_write_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: Any) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "replace", full)
    with _folder.private_folder(tmp_path / "root", "inner", create=True) as folder:
        with pytest.raises(OSError, match="no space"):
            _folder.write_private(folder, "file", b"content")
        assert list((tmp_path / "root" / "inner").iterdir()) == []


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"AIRPROX_CACHE_DIR": "/named", "XDG_CACHE_HOME": "/shared"}, "/named"),
        ({"XDG_CACHE_HOME": "/shared"}, "/shared/airprox"),
        ({"XDG_CACHE_HOME": "relative"}, "{home}/.cache/airprox"),
        ({}, "{home}/.cache/airprox"),
    ],
)
def test_where_the_caches_are(
    tmp_path: Path, monkeypatch: Any, variables: dict[str, str], expected: str
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("AIRPROX_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert str(_folder.cache_folder()) == expected.format(home=tmp_path)


def test_where_the_caches_are_on_macos(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.delenv("AIRPROX_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/shared")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert _folder.cache_folder() == tmp_path / "Library" / "Caches" / "airprox"
