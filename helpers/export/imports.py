"""Imports of many modules, written once, in the order that isort and ruff agree on."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from helpers.export.module import Imported

LINE = 110  # characters


def sort_imports(imports: Iterable[Imported]) -> str:
    """The statements: the future's, the standard library's, the packages'."""
    wanted = set(imports)
    own = {imported for imported in wanted if imported.module.partition(".")[0] in sys.stdlib_module_names}
    sections = [["from __future__ import annotations"], list(_section(own)), list(_section(wanted - own))]
    return "\n\n".join("\n".join(section) for section in sections if section)


def _section(imports: set[Imported]) -> Iterator[str]:
    for imported in sorted(imported for imported in imports if not imported.name):
        yield f"import {imported.module}" + (f" as {imported.alias}" if imported.alias else "")
    for module in sorted({imported.module for imported in imports if imported.name}):
        named = [imported for imported in imports if imported.module == module and imported.name]
        plain = sorted({imported.name for imported in named if not imported.alias}, key=_kind)
        if plain:
            yield _wrapped(module, plain)
        for imported in sorted(imported for imported in named if imported.alias):
            yield f"from {module} import {imported.name} as {imported.alias}"


def _kind(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest."""
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1 if name[0].isupper() else 2), name


def _wrapped(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= LINE:
        return line
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")"
