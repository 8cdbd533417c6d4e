"""One module, as far as putting it into a file with others goes: what it imports, defines and uses, and its text."""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator, Mapping
from typing import NamedTuple


class StitchError(ValueError):
    """Modules cannot be put into one file; the message says which, and why."""


class Imported(NamedTuple):
    """One name that is imported from outside of the package; `name` is empty for ``import module``."""

    module: str
    name: str
    alias: str = ""

    @property
    def bound(self) -> str:
        """The name that it has in the module."""
        return self.alias or self.name or self.module.partition(".")[0]


class Module:
    """A module of the package, or the one that is to become a file.

    needs: the modules of the package that it imports, in order.
    from_package: the names that it imports from them, and from which.
    imports: what it imports from elsewhere.
    defined: the names that it defines itself.
    uses: the names that it looks up outside of its functions, its own and Python's alike.
    names: every name that occurs in it.
    docstring: without its quotes.  docstring_source: with them, as it stands.

    :param prefix: the full name of the package.
    :raises StitchError: an import is made in a way that cannot be followed.
    """

    def __init__(self, name: str, source: str, prefix: str) -> None:
        self.name = name
        self._source = source
        self._tree = ast.parse(source)
        self.docstring = ast.get_docstring(self._tree) or ""
        self.docstring_source = (
            ast.get_source_segment(source, self._tree.body[0]) or "" if self.docstring else ""
        )
        self.needs: list[str] = []
        self.from_package: dict[str, str] = {}
        self.imports: list[Imported] = []
        self._gone: set[int] = set()  # line numbers that do not go into the file
        for node in self._statements_to_take_out():
            self._gone |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
            if isinstance(node, ast.Import):
                self._take_import(node, prefix)
            elif isinstance(node, ast.ImportFrom):
                self._take_from(node, prefix)
        left = [node for node in self._tree.body if node.lineno not in self._gone]
        for node in (inner for statement in left for inner in ast.walk(statement)):
            if isinstance(node, ast.Import | ast.ImportFrom | ast.Global):
                raise self._refused(node, "has an import or a global statement inside of something else")
        self.defined = _assigned(left)
        self.uses = _looked_up(symtable.symtable(source, name, "exec"))
        self.names = {node.id for node in ast.walk(self._tree) if isinstance(node, ast.Name)} | self.defined

    def _statements_to_take_out(self) -> Iterator[ast.stmt]:
        for number, node in enumerate(self._tree.body):
            is_docstring = number == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            if is_docstring or isinstance(node, ast.Import | ast.ImportFrom):
                yield node

    def _take_import(self, node: ast.Import, prefix: str) -> None:
        for alias in node.names:
            if alias.name.partition(".")[0] == prefix.partition(".")[0]:
                raise self._refused(node, "imports a whole module of ours")
            self.imports.append(Imported(alias.name, "", alias.asname or ""))

    def _take_from(self, node: ast.ImportFrom, prefix: str) -> None:
        module = node.module or ""
        own = node.level == 1 or module.startswith(f"{prefix}.")
        needed = module.removeprefix(f"{prefix}.") if own else ""
        if node.level > 1 or (own and not needed.isidentifier()):
            raise self._refused(node, "imports from a place that is not a module of the package")
        if not own and module.partition(".")[0] == prefix.partition(".")[0]:
            raise self._refused(node, "imports from outside of the package")
        if own and needed not in self.needs:
            self.needs.append(needed)
        for alias in node.names:
            if alias.name == "*" or (own and alias.asname not in (None, alias.name)):
                raise self._refused(node, "imports a name of ours as another one, or all of them")
            if own:
                self.from_package[alias.name] = needed
            elif module != "__future__":
                self.imports.append(Imported(module, alias.name, alias.asname or ""))

    def _refused(self, node: ast.AST, what: str) -> StitchError:
        return StitchError(f"{self.name.strip()}, line {getattr(node, 'lineno', '?')}, {what}.")

    def rename(self, renames: Mapping[str, str]) -> None:
        """Give names another spelling, all over the module.

        :raises StitchError: a function, a class or a string of the module has the name too.
        """
        for old in renames:
            if old in _bound_inside(self._tree) or f'"{old}"' in self._source or f"'{old}'" in self._source:
                raise StitchError(f"{self.name.strip()} uses {old} for more than one thing.")
        for imported in self.imports:
            if imported.bound in renames and "." in imported.module and not (imported.name or imported.alias):
                raise StitchError(
                    f"{self.name.strip()} imports {imported.module} by a name that cannot change."
                )
        wanted = ast.dump(_Renamed(renames).visit(ast.parse(self._source)))
        lines = [line.encode() for line in self._source.splitlines()]
        for line, start, end, text in sorted(set(self._edits(renames)), reverse=True):
            lines[line - 1] = lines[line - 1][:start] + text.encode() + lines[line - 1][end:]
        source = b"\n".join(lines).decode()
        if ast.dump(ast.parse(source)) != wanted:
            raise StitchError(f"{self.name.strip()}: {', '.join(renames)} cannot be renamed.")
        self._source = source
        self.imports = [
            imported._replace(alias=renames[imported.bound]) if imported.bound in renames else imported
            for imported in self.imports
        ]

    def _edits(self, renames: Mapping[str, str]) -> Iterator[tuple[int, int, int, str]]:
        """Line, first and last byte, and new text, for each place where one of the names stands."""
        lines = self._source.splitlines()
        within_strings: set[ast.AST] = set()
        for node in ast.walk(self._tree):
            if isinstance(node, ast.JoinedStr) and node not in within_strings:
                # Before Python 3.12 names inside an f-string do not say where they stand.
                within_strings |= set(ast.walk(node))
                for number in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                    line = lines[number - 1].encode()
                    first = node.col_offset if number == node.lineno else 0
                    last = node.end_col_offset if number == node.end_lineno else len(line)
                    yield from _occurrences(line, number, first, last or 0, renames)
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Name) and node.id in renames and node not in within_strings:
                yield node.lineno, node.col_offset, node.end_col_offset or 0, renames[node.id]
            elif (
                isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
                and node.name in renames
            ):
                line = lines[node.lineno - 1].encode()
                yield from _occurrences(
                    line, node.lineno, 0, line.index(node.name.encode()) + len(node.name), renames
                )

    def body(self) -> str:
        """The text without the docstring and the imports."""
        lines = [line for number, line in enumerate(self._source.splitlines(), 1) if number not in self._gone]
        return re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines)).strip("\n")


def _occurrences(
    line: bytes, number: int, first: int, last: int, renames: Mapping[str, str]
) -> Iterator[tuple[int, int, int, str]]:
    for found in re.finditer(rb"(?<![\w.])[A-Za-z_]\w*", line):
        name = found[0].decode()
        if name in renames and first <= found.start() and found.end() <= last:
            yield number, found.start(), found.end(), renames[name]


class _Renamed(ast.NodeTransformer):
    """What the syntax tree must be once names have another spelling; imports are taken out of the text anyway."""

    def __init__(self, renames: Mapping[str, str]) -> None:
        self._renames = renames

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self._renames.get(node.id, node.id)
        return node

    def _visit_definition(self, node: ast.AST) -> ast.AST:
        node.name = self._renames.get(node.name, node.name)  # type: ignore[attr-defined]
        return self.generic_visit(node)

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = _visit_definition


def _assigned(statements: list[ast.stmt]) -> set[str]:
    """The names that statements of a module define, those inside of functions and classes aside."""
    names, left = set(), list(statements)
    while left:
        node = left.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif not isinstance(node, ast.Lambda | ast.comprehension):
            left += ast.iter_child_nodes(node)
    return names


def _bound_inside(tree: ast.Module) -> set[str]:
    """The names that functions and classes of a module have for themselves."""
    names: set[str] = set()
    for scope in ast.walk(tree):
        if isinstance(scope, ast.arg):
            names.add(scope.arg)
        elif isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names |= _assigned(scope.body)
        elif isinstance(scope, ast.ExceptHandler) and scope.name:
            names.add(scope.name)
        elif isinstance(scope, ast.comprehension):
            names |= {node.id for node in ast.walk(scope.target) if isinstance(node, ast.Name)}
    return names


def _looked_up(table: symtable.SymbolTable) -> set[str]:
    at_top = table.get_type() == "module"
    names = {s.get_name() for s in table.get_symbols() if s.is_referenced() and (at_top or s.is_global())}
    return names.union(*map(_looked_up, table.get_children()))
