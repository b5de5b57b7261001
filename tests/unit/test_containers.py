"""One list of packages stands behind every environment, and containers/run is a faithful wrapper."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from running import own_words

CLONE = Path(__file__).resolve().parents[2]
CONTAINERS = CLONE / "containers"
RECIPES = ("Dockerfile", "apptainer.def")
# How containers/run and the recipes read the first column of the list.
READ_LIST = "awk '!/^#/ && NF { print $1 }'"


def packages() -> list[list[str]]:
    lines = (CONTAINERS / "packages.txt").read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if line.strip() and not line.startswith("#")]


def test_list_has_two_columns_and_no_package_twice() -> None:
    rows = packages()
    assert all(len(row) == 2 for row in rows)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9.+-]+", debian) for debian, _ in rows)
    for names in zip(*rows, strict=True):
        named = [name for name in names if name != "-"]
        assert len(named) == len(set(named))


def test_conda_environment_is_the_second_column() -> None:
    text = (CONTAINERS / "environment.yml").read_text(encoding="utf-8")
    listed = re.findall(r"^  - (\S+)$", text.partition("dependencies:")[2], flags=re.MULTILINE)
    assert listed == [conda for _, conda in packages() if conda != "-"]
    assert re.search(r"^channels:\n  - conda-forge\n\w", text, flags=re.MULTILINE)


@pytest.mark.parametrize("recipe", RECIPES)
def test_image_installs_the_first_column_and_nothing_else(recipe: str) -> None:
    text = (CONTAINERS / recipe).read_text(encoding="utf-8")
    assert f"{READ_LIST} /opt/lithiate/containers/packages.txt" in text
    installs = re.findall(r"apt-get install (.*?)\s*(?:\\)?$", text, flags=re.MULTILINE)
    assert installs == ["-y --no-install-recommends"]


def test_root_folder_and_images_are_of_one_debian() -> None:
    script = (CONTAINERS / "run").read_text(encoding="utf-8")
    suite = re.search(r"^suite=(\w+)$", script, flags=re.MULTILINE)
    assert suite is not None
    assert READ_LIST in script
    for recipe in RECIPES:
        text = (CONTAINERS / recipe).read_text(encoding="utf-8")
        assert re.findall(r"^from:? (\S+)$", text, flags=re.MULTILINE | re.IGNORECASE) == [
            f"debian:{suite.group(1)}-slim"
        ]


def test_no_file_names_a_host() -> None:
    for path in [*CONTAINERS.iterdir(), CLONE / ".ci" / "run", CLONE / "pyproject.toml"]:
        if path.is_file():
            assert "://" not in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize("script", ["containers/run", ".ci/run"])
def test_shell_syntax(script: str) -> None:
    path = CLONE / script
    assert os.access(path, os.X_OK)
    subprocess.run(["bash", "-n", str(path)], check=True)


class Host:
    """A machine whose python3 has a DOLFINx, and a clone on it in a folder with a space in its name."""

    def __init__(self, folder: Path) -> None:
        self.clone = folder / "a clone"
        shutil.copytree(CONTAINERS, self.clone / "containers")
        shutil.copy(CLONE / "pyproject.toml", self.clone)
        for root, package in (("solver", "lithiate"), ("meshes", "lithiate_meshes")):
            (self.clone / root / package).mkdir(parents=True)
            (self.clone / root / package / "__init__.py").touch()
        command = "def main():\n    print('the command of', __file__)\n    return 5\n"
        (self.clone / "solver" / "lithiate" / "cli.py").write_text(command, encoding="utf-8")
        modules = folder / "modules"
        for name in ("dolfinx", "gmsh"):
            (modules / name).mkdir(parents=True)
            (modules / name / "__init__.py").write_text("__version__ = '0.9.0'\n", encoding="utf-8")
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        cache = str(folder / "cache")
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(modules),
            "PATH": programs,
            "XDG_CACHE_HOME": cache,
        }
        self.environment.pop("LITHIATE_ENVIRONMENT", None)

    def start(self, *command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(self.clone / "containers" / "run"), *command],
            env=self.environment,
            cwd=self.clone.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *command: str, given: str = "") -> tuple[int, str, str]:
        process = self.start(*command)
        out, error = process.communicate(given, timeout=60)
        return process.returncode, out, error


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_an_importable_dolfinx_is_used_with_the_code_of_the_clone(host: Host) -> None:
    code = "import importlib.metadata as m, lithiate; print(lithiate.__file__, m.version('lithiate'))"
    for _ in range(2):  # the second call finds what the first has written
        status, out, error = host.run("python3", "-c", code)
        assert (status, error) == (0, "")
        assert out.rsplit(maxsplit=1) == [str(host.clone / "solver" / "lithiate" / "__init__.py"), "0.1.0"]


def test_the_command_of_the_clone_is_found_and_its_status_passed_on(host: Host) -> None:
    assert host.run("lithiate") == (5, f"the command of {host.clone}/solver/lithiate/cli.py\n", "")


def test_standard_input_is_passed_on(host: Host) -> None:
    assert host.run("cat", given="some\nlines") == (0, "some\nlines", "")


def test_signals_reach_the_command(host: Host) -> None:
    script = "trap 'echo told; exit 9' TERM; echo up; while :; do sleep 0.05; done"
    process = host.start("bash", "-c", script)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=60) == ("told\n", "")
    assert process.returncode == 9


def test_what_a_dolfinx_lacks_is_said_in_one_line(host: Host) -> None:
    settings = host.clone / "pyproject.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('"h5py"', '"no-such-distribution>=3"'), encoding="utf-8")
    status, out, error = host.run("true")
    assert (status, out, error.count("\n")) == (2, "", 1)
    assert "lacks: no-such-distribution (" in error


def test_without_a_command_it_explains_itself(host: Host) -> None:
    status, out, error = host.run()
    assert (status, out) == (2, "")
    assert error.startswith("containers/run COMMAND")


in_root_folder = pytest.mark.skipif(
    shutil.which("mpirun") != "/usr/local/bin/mpirun", reason="only in the root folder of containers/run"
)


@in_root_folder
def test_mpirun_adds_nothing_to_what_ranks_say_and_passes_their_status_on() -> None:
    code = "from mpi4py import MPI; import sys; MPI.COMM_WORLD.Barrier(); sys.exit(2)"
    command = ["mpirun", "-n", "3", "python3", "-c", code]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, own_words(done.stderr)) == (2, "", "")


@in_root_folder
def test_mpirun_lets_ranks_end_in_their_own_time() -> None:
    code = (
        "import os, signal, sys, time\n"
        "def end(number, frame):\n"
        "    time.sleep(1)\n"
        "    os.write(1, b'written\\n')\n"
        "    time.sleep(3)\n"  # the first that ends with an error takes the others along
        "    sys.exit(128 + number)\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "os.write(1, b'up\\n')\n"
        "time.sleep(60)\n"
    )
    process = subprocess.Popen(
        ["mpirun", "-n", "2", "python3", "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert [process.stdout.readline() for _ in range(2)] == ["up\n", "up\n"]
    process.send_signal(signal.SIGTERM)
    out, error = process.communicate(timeout=60)
    assert (process.returncode, out.split(), own_words(error)) == (143, ["written", "written"], "")
