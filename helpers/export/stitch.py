"""Many modules made into one file that imports none of them.

The text of each module is taken as it stands, comments included; only its imports go to the top of the file, and its
docstring becomes a comment. A name that two modules use for two things is given another spelling in one of them, which
is then checked: the syntax tree before and after must differ in that name alone. What cannot be done so is refused.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from helpers.export.imports import sort_imports
from helpers.export.module import Imported, Module, StitchError

_RULE = 108  # characters of a heading


def stitch(root: Path, package: Path, prefix: str) -> str:
    """The source of one file that does what `root` does.

    :param root: a module that imports from the package by its full name.
    :param package: the folder of a package whose modules import each other with one dot.
    :param prefix: the package's full name, such as ``helpers.tokens``.
    :raises StitchError: something in these modules cannot be put into one file.
    """
    modules = _in_order(root, package, prefix)
    _follow_names(modules)
    for module, renames in _clashes(modules).items():
        modules[module].rename(renames)
    *parts, command = modules.values()
    imports = {imported for module in modules.values() for imported in module.imports}
    sections = [_section(part.name, part.docstring, part.body()) for part in parts]
    sections.append(_section("the command line", "", command.body()))
    return f"{command.docstring_source}\n\n{sort_imports(imports)}\n\n" + "\n\n\n".join(sections) + "\n"


def _in_order(root: Path, package: Path, prefix: str) -> dict[str, Module]:
    """Every module that is needed, each after those that it imports; the root is the last one."""
    found: dict[str, Module] = {}
    under_way: list[str] = []

    def visit(name: str, path: Path) -> None:
        if name in under_way:
            raise StitchError(f"These modules import each other: {', '.join([*under_way, name])}.")
        if name in found:
            return
        under_way.append(name)
        module = Module(name, path.read_text(encoding="utf-8"), prefix)
        for needed in module.needs:
            visit(needed, package / f"{needed}.py")
        under_way.pop()
        found[name] = module

    visit(f"{root.stem} ", root)  # with a space: a module of the package may have the same name
    return found


def _follow_names(modules: Mapping[str, Module]) -> None:
    """Let each import from the package name the module that defines the name, not one that imports it in turn."""
    for module in modules.values():
        for name, origin in module.from_package.items():
            while name not in modules[origin].defined:
                if name not in modules[origin].from_package:
                    raise StitchError(
                        f"{module.name.strip()} imports {name} from {origin}, which does not define it."
                    )
                origin = modules[origin].from_package[name]
            module.from_package[name] = origin


def _clashes(modules: Mapping[str, Module]) -> dict[str, dict[str, str]]:
    """For each module the names that need another spelling in one file, and that spelling."""
    meanings: dict[str, dict[str, Imported | str]] = {}  # name -> module -> what it means there
    for key, module in modules.items():
        for name in module.defined:
            meanings.setdefault(name, {})[key] = key
        for imported in module.imports:
            meanings.setdefault(imported.bound, {})[key] = imported
    taken = {name for module in modules.values() for name in module.names}

    renames: dict[str, dict[str, str]] = {}
    for name, by_module in meanings.items():
        for key in _to_rename(name, by_module, modules):
            new = f"_{key.strip()}_{name.lstrip('_')}"
            if new in taken:
                raise StitchError(f"{name} of {key.strip()} cannot be called {new}: there is one already.")
            renames.setdefault(key, {})[name] = new
            for importer, module in modules.items():
                if module.from_package.get(name) == key:
                    renames.setdefault(importer, {})[name] = new
    return renames


def _to_rename(
    name: str, by_module: Mapping[str, Imported | str], modules: Mapping[str, Module]
) -> Iterator[str]:
    """The modules in which this name must change, so that it means one thing in the whole file."""
    meant = set(by_module.values())
    # A module that uses the name and neither defines nor imports it means Python's own.
    means_builtin = hasattr(builtins, name) and any(
        name in module.uses and key not in by_module and name not in module.from_package
        for key, module in modules.items()
    )
    if len(meant) + means_builtin < 2:
        return
    public = [key for key, meaning in by_module.items() if meaning == key and not name.startswith("_")]
    if len(public) + means_builtin > 1:
        owners = ", ".join([*map(str.strip, public), *(["Python"] if means_builtin else [])])
        raise StitchError(f"{name} is the name of different things, and public: in {owners}.")
    kept = None if means_builtin else by_module[public[0]] if public else next(iter(by_module.values()))
    yield from (key for key, meaning in by_module.items() if meaning != kept)


def _section(title: str, docstring: str, body: str) -> str:
    """A module under a heading; what its docstring says is a comment there."""
    heading = [f"# {'-' * (_RULE - len(title) - 3)} {title}"]
    heading += [f"# {line}".rstrip() for line in docstring.splitlines()]
    # As formatters have it: two lines before a definition, one before anything else.
    space = "\n\n\n" if body.startswith(("def ", "class ", "@", "async ")) else "\n\n"
    return "\n".join(heading) + space + body


def external_packages(source: str) -> Sequence[str]:
    """The packages outside of the standard library that a source imports, wherever it does."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or "").partition(".")[0])
    return sorted(names - sys.stdlib_module_names)
