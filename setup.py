"""What travels inside the wheel beside the Python code? `static/` and `boards/`, as folders of the package.

They stand at the top of the repository because people edit them there; wallboard/assets.py finds them in both
places. An editable install uses the checkout's own.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

FOLDERS = ("static", "boards")


class BuildWithAssets(build_py):
    """Copies the folders beside the built modules."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            for name in FOLDERS:
                shutil.copytree(Path(__file__).parent / name, self._inside(name), dirs_exist_ok=True)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        found: list[str] = list(super().get_outputs(include_bytecode))
        if self.editable_mode:
            return found
        assets = [str(file) for name in FOLDERS for file in self._inside(name).rglob("*") if file.is_file()]
        return [*found, *assets]

    def _inside(self, name: str) -> Path:
        return Path(self.build_lib) / "wallboard" / name


setup(cmdclass={"build_py": BuildWithAssets})
