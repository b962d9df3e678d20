"""What an egg holds; pyproject.toml has all the rest.

``scrapyd-deploy`` and ``shub deploy`` call this file. Templates and the operator's ``directory.toml`` stand at the top
of a checkout, where people look for them, and travel inside the package.
"""

from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py


class BuildPackage(build_py):
    """Puts ``directory.toml`` into the package that is built; the checkout stays as it is."""

    def run(self) -> None:
        """Build, then copy."""
        super().run()
        if not self.editable_mode:
            self.copy_file("directory.toml", str(Path(self.build_lib, "sessioncrawler", "directory.toml")))


setup(
    packages=[*find_packages(include=["sessioncrawler", "sessioncrawler.*"]), "sessioncrawler.templates"],
    package_dir={"sessioncrawler.templates": "templates"},
    package_data={
        "sessioncrawler": ["locale/*/LC_MESSAGES/*.mo"],
        "sessioncrawler.templates": ["*", "*/*"],
    },
    include_package_data=False,
    scripts=["bin/refresh.py"],
    cmdclass={"build_py": BuildPackage},
    zip_safe=True,
)
