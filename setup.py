"""What a wheel and an egg hold; pyproject.toml has all the rest.

``make release`` calls this file for both, ``scrapyd-deploy`` and ``shub deploy`` for an egg. Templates and the
operator's ``directory.toml`` stand at the top of a checkout, where people look for them, and travel inside the package.
"""

from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

VENDORED = "sessioncrawler.vendored"
"""The folder of a wheel in which ``simnet`` travels: beside other packages that name could be another's."""


class BuildPackage(build_py):
    """Puts ``directory.toml`` into the package that is built; the checkout stays as it is."""

    def run(self) -> None:
        """Build, then copy."""
        super().run()
        if not self.editable_mode:
            self.copy_file("directory.toml", str(Path(self.build_lib, "sessioncrawler", "directory.toml")))


class BuildWheel(bdist_wheel):
    """A wheel is for people, who may want a demo; an egg is deployed, and goes without the simulated network."""

    def run(self) -> None:
        """Add ``simnet``, where the checkout has it, then build."""
        simulated = find_packages(include=["simnet", "simnet.*"])
        self.distribution.packages += [f"{VENDORED}.{name}" for name in simulated]
        if simulated:
            self.distribution.package_dir[f"{VENDORED}.simnet"] = "simnet"
            self.distribution.package_data[f"{VENDORED}.simnet.lifelike"] = ["*.toml", "words/*.toml"]
        super().run()


setup(
    packages=[*find_packages(include=["sessioncrawler", "sessioncrawler.*"]), "sessioncrawler.templates"],
    package_dir={"sessioncrawler.templates": "templates"},
    package_data={
        "sessioncrawler": ["locale/*/LC_MESSAGES/*.mo", "py.typed"],
        "sessioncrawler.templates": ["*", "*/*"],
    },
    include_package_data=False,
    scripts=["bin/refresh.py"],
    cmdclass={"build_py": BuildPackage, "bdist_wheel": BuildWheel},
    zip_safe=True,
)
