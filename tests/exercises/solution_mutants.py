"""Mutants of a reference solution: each is the solution with one fault, made from its syntax tree.

Two kinds of faults. The ordinary ones are those that mutmut and cosmic-ray know (operators, constants, arguments,
keywords) and some that they do not have (a statement, a raise or a link of a chain dropped, a return moved). Both tools
rewrite files and run a test command for each mutant; here a mutant is a string that a check judges in a millisecond,
and the faults that matter most are those of security, which neither of them knows.
"""

from __future__ import annotations

import ast
import copy
import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

ORDERED = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
}
OPPOSITES = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
ARITHMETIC = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.FloorDiv),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.Add,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}


@dataclass(frozen=True)
class Mutant:
    """A wrong answer that was made.

    :param operator: what was done to the solution.
    :param change: the lines that differ, as ``ast.unparse`` prints them, or the operator where a whole is wrapped.
    """

    operator: str
    change: str
    source: str


def mutants(solution: str, name: str) -> list[Mutant]:
    """All mutants of a solution that defines a function of this name, each once."""
    original = ast.parse(solution)
    plain = ast.unparse(original)
    found: dict[str, Mutant] = {}
    for operator, tree in _trees(original):
        source = ast.unparse(ast.fix_missing_locations(tree))
        if source != plain and source not in found:
            found[source] = Mutant(operator, _change(plain, source), source)
    for operator, source in _wrapped(original, name):
        found.setdefault(source, Mutant(operator, operator, source))
    return list(found.values())


def _change(before: str, after: str) -> str:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    changes = [line for line in lines if line[:2] in ("+ ", "- ")]
    added = [line[2:].strip() for line in changes if line[0] == "+"]
    gone = [f"without {line[2:].strip()}" for line in changes if line[0] == "-"]
    return " | ".join(added or gone)


# --- faults in one node


def _trees(original: ast.Module) -> Iterator[tuple[str, ast.Module]]:
    """Copies of the tree, each with one node replaced."""
    for_people = _for_people(original)
    for index, node in enumerate(ast.walk(original)):
        if id(node) in for_people:
            continue
        for operator, replace in _replacements(node):
            tree = copy.deepcopy(original)
            target = next(each for number, each in enumerate(ast.walk(tree)) if number == index)
            new = replace(copy.deepcopy(target))
            _put(tree, target, new)
            yield operator, tree


def _put(tree: ast.AST, old: ast.AST, new: ast.AST | list[ast.AST] | None) -> None:
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
                return
            if isinstance(value, list):
                for place, each in enumerate(value):
                    if each is old:
                        many = new if isinstance(new, list) else [new or ast.Pass()]
                        value[place : place + 1] = many or [ast.Pass()]
                        return


def _for_people(original: ast.Module) -> set[int]:
    """The nodes inside of what is raised: what an exception says is for people, so no check reads it."""
    return {
        id(inside)
        for each in ast.walk(original)
        if isinstance(each, ast.Raise) and isinstance(each.exc, ast.Call)
        for inside in ast.walk(each.exc)
    }


Replace = Callable[[ast.AST], ast.AST | list[ast.AST] | None]


def _replacements(node: ast.AST) -> Iterator[tuple[str, Replace]]:
    for kind, make in _BY_KIND:
        if isinstance(node, kind):
            yield from make(node)


def _expression(code: str, **nodes: ast.expr) -> ast.expr:
    """An expression in which names stand for nodes."""

    class Put(ast.NodeTransformer):
        def visit_Name(self, name: ast.Name) -> ast.expr:
            return copy.deepcopy(nodes[name.id]) if name.id in nodes else name

    return Put().visit(ast.parse(code, mode="eval").body)


def _compare(node: ast.Compare) -> Iterator[tuple[str, Replace]]:
    for place, op in enumerate(node.ops):

        def with_op(other: type[ast.cmpop], place: int = place) -> Replace:
            def replace(target: ast.Compare) -> ast.AST:
                target.ops[place] = other()
                return target

            return replace

        for other in ORDERED.get(type(op), ()):
            yield "comparison shifted or turned", with_op(other)
        if type(op) in OPPOSITES:
            yield "comparison turned", with_op(OPPOSITES[type(op)])
        if type(op) in ORDERED and "inf" not in ast.unparse(node.comparators[place]):
            yield from _leeway(place)
    if len(node.ops) > 1:
        for place in range(len(node.ops)):

            def without(target: ast.Compare, place: int = place) -> ast.AST:
                operands = [target.left, *target.comparators]
                links = [
                    ast.Compare(operands[i], [target.ops[i]], [operands[i + 1]])
                    for i in range(len(target.ops))
                    if i != place
                ]
                return links[0] if len(links) == 1 else ast.BoolOp(ast.And(), links)

            yield "link of a chain dropped", without
    if len(node.ops) == 1:
        yield from _inexact(node)


def _leeway(place: int) -> Iterator[tuple[str, Replace]]:
    for seconds in (1, -1, 60, -60):

        def replace(target: ast.Compare, seconds: int = seconds) -> ast.AST:
            target.comparators[place] = ast.BinOp(
                target.comparators[place], ast.Add() if seconds > 0 else ast.Sub(), ast.Constant(abs(seconds))
            )
            return target

        yield "leeway", replace


_INEXACT = {
    "case folded": "str(a).lower() == str(b).lower()",
    "stripped": "str(a).strip() == str(b).strip()",
    "slash stripped": "str(a).rstrip('/') == str(b).rstrip('/')",
    "startswith": "str(a).startswith(str(b))",
    "startswith, turned": "str(b).startswith(str(a))",
    "endswith": "str(a).endswith(str(b))",
    "in": "str(b) in str(a)",
    "in, turned": "str(a) in str(b)",
    "first word": "str(a).split(' ')[0] == str(b)",
    "as strings": "str(a) == str(b)",
    "is": "a is b",
}
_INEXACT_IN = {
    "part of a member": "any(str(a) in str(each) for each in b)",
    "beginning of a member": "any(str(each).startswith(str(a)) for each in b)",
    "case folded": "str(a).lower() in [str(each).lower() for each in b]",
    "stripped": "str(a).strip() in [str(each).strip() for each in b]",
    "in the text": "str(a) in str(b)",
}


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return not isinstance(node.value, str)
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        return called in ("len", "type", "abs", "sum", "int", "float") or called.endswith(
            (".bit_length", ".count")
        )
    return False


def _inexact(node: ast.Compare) -> Iterator[tuple[str, Replace]]:
    op, right = node.ops[0], node.comparators[0]
    if isinstance(op, ast.Eq | ast.NotEq) and not (_is_number(node.left) or _is_number(right)):
        table = _INEXACT
    elif isinstance(op, ast.In | ast.NotIn) and not _is_number(node.left):
        table = _INEXACT_IN
    else:
        return
    for operator, code in table.items():

        def replace(target: ast.Compare, code: str = code) -> ast.AST:
            loose = _expression(code, a=target.left, b=target.comparators[0])
            negated = isinstance(target.ops[0], ast.NotEq | ast.NotIn)
            return ast.UnaryOp(ast.Not(), loose) if negated else loose

        yield operator, replace


def _bool_op(node: ast.BoolOp) -> Iterator[tuple[str, Replace]]:
    def exchanged(target: ast.BoolOp) -> ast.AST:
        target.op = ast.Or() if isinstance(target.op, ast.And) else ast.And()
        return target

    yield "and, or exchanged", exchanged
    for place in range(len(node.values)):

        def without(target: ast.BoolOp, place: int = place) -> ast.AST:
            del target.values[place]
            return target.values[0] if len(target.values) == 1 else target

        yield "condition dropped", without


def _if(node: ast.If) -> Iterator[tuple[str, Replace]]:
    def with_test(make: Callable[[ast.expr], ast.expr]) -> Replace:
        def replace(target: ast.If) -> ast.AST:
            target.test = make(target.test)
            return target

        return replace

    yield "condition negated", with_test(lambda test: ast.UnaryOp(ast.Not(), test))
    yield "condition always true", with_test(lambda test: ast.Constant(True))
    yield "condition never true", with_test(lambda test: ast.Constant(False))


def _if_exp(node: ast.IfExp) -> Iterator[tuple[str, Replace]]:
    yield "one branch alone", lambda target: target.body
    yield "one branch alone", lambda target: target.orelse


def _constant(node: ast.Constant) -> Iterator[tuple[str, Replace]]:
    value, others = node.value, []
    if isinstance(value, bool):
        others = [not value]
    elif isinstance(value, int | float):
        others = [value + 1, value - 1, 0, -value]
    elif isinstance(value, str):
        others = ["", f"{value}x", value.swapcase()]
    elif isinstance(value, bytes):
        others = [value + b"\0", value[:-1]]
    for other in others:
        yield "constant changed", lambda target, other=other: ast.Constant(other)


def _statement(node: ast.stmt) -> Iterator[tuple[str, Replace]]:
    yield "statement dropped", lambda target: None


def _return(node: ast.Return) -> Iterator[tuple[str, Replace]]:
    yield "return of nothing", lambda target: ast.Return(None)


def _raise(node: ast.Raise) -> Iterator[tuple[str, Replace]]:
    yield "raise dropped", lambda target: None
    if isinstance(node.exc, ast.Call):
        yield "exception made and not raised", lambda target: ast.Expr(target.exc)
        yield "exception returned", lambda target: ast.Return(target.exc)
    yield (
        "another exception",
        lambda target: ast.Raise(ast.Call(ast.Name("KeyError"), [ast.Constant("x")], [])),
    )
    yield "False returned", lambda target: ast.Return(ast.Constant(False))


def _loop(node: ast.For) -> Iterator[tuple[str, Replace]]:
    def once(target: ast.For) -> ast.AST:
        target.body.append(ast.Break())
        return target

    def never(target: ast.For) -> ast.AST:
        target.iter = ast.List([], ast.Load())
        return target

    yield "loop left after the first", once
    yield "loop that never runs", never


def _body(node: ast.FunctionDef) -> Iterator[tuple[str, Replace]]:
    for place, statement in enumerate(node.body[:-1]):
        if isinstance(statement, ast.For | ast.With) and isinstance(node.body[place + 1], ast.Return):

            def moved(target: ast.FunctionDef, place: int = place) -> ast.AST:
                target.body[place].body.append(target.body.pop(place + 1))
                return target

            yield "return moved into the loop", moved

    parameters = [argument.arg for argument in node.args.args]
    for place in range(len(parameters) - 1):

        def exchanged(target: ast.FunctionDef, place: int = place) -> ast.AST:
            a, b = target.args.args[place : place + 2]
            a.arg, b.arg = b.arg, a.arg
            return target

        yield "parameters exchanged", exchanged
    read = {
        ast.unparse(each.value)
        for each in ast.walk(node)
        if isinstance(each, ast.Subscript) or (isinstance(each, ast.Attribute) and each.attr == "get")
    }
    for parameter in [parameter for parameter in parameters if parameter in read]:
        code = f"if isinstance({parameter}, (dict, list)) and {parameter}:\n    {parameter}.pop(*list({parameter})[:1] if isinstance({parameter}, dict) else [])"

        def mutated(target: ast.FunctionDef, code: str = code) -> ast.AST:
            target.body[:0] = ast.parse(code).body
            return target

        yield "argument mutated", mutated
    for default_at in range(len(node.args.defaults)):

        def default(target: ast.FunctionDef, place: int = default_at) -> ast.AST:
            target.args.defaults[place] = ast.Constant(None)
            return target

        yield "default changed", default


def _call(node: ast.Call) -> Iterator[tuple[str, Replace]]:
    if len(node.args) > 1:

        def exchanged(target: ast.Call) -> ast.AST:
            target.args[0], target.args[1] = target.args[1], target.args[0]
            return target

        yield "arguments exchanged", exchanged
    for place in range(len(node.args)):

        def without(target: ast.Call, place: int = place) -> ast.AST:
            del target.args[place]
            return target

        yield "argument dropped", without
    for place in range(len(node.keywords)):

        def without_keyword(target: ast.Call, place: int = place) -> ast.AST:
            del target.keywords[place]
            return target

        yield "keyword dropped", without_keyword
    if isinstance(node.func, ast.Attribute):
        yield "call dropped", lambda target: target.func.value
        if node.func.attr == "get" and node.args:
            value = {"d": node.func.value, "k": node.args[0]}
            yield (
                "a fallback for what is missing",
                lambda target: _expression("d.get(k, next(iter(d.values()), None))", **value),
            )
            if isinstance(node.args[0], ast.Constant) and node.args[0].value in ("exp", "nbf", "iat"):
                yield (
                    "a number read from a string",
                    lambda target: _expression(
                        "(lambda v: float(v) if isinstance(v, str) else v)(a)", a=target
                    ),
                )
            if ast.unparse(node.func.value) != "header":
                yield (
                    "the value from the header",
                    lambda target: _expression("header.get(k, a)", a=target, **value),
                )
    elif isinstance(node.func, ast.Name) and node.func.id == "isinstance":
        yield "type not asked", lambda target: ast.Constant(True)
        yield "type asked loosely", lambda target: _expression("a is not None", a=target.args[0])
    elif isinstance(node.func, ast.Name) and len(node.args) == 1:
        yield "call dropped", lambda target: target.args[0]


def _type_in(node: ast.Compare) -> Iterator[tuple[str, Replace]]:
    left = node.left
    if isinstance(left, ast.Call) and ast.unparse(left.func) == "type" and len(node.ops) == 1:

        def loosely(target: ast.Compare) -> ast.AST:
            asked = _expression("isinstance(a, b)", a=target.left.args[0], b=target.comparators[0])
            negated = isinstance(target.ops[0], ast.NotIn | ast.NotEq | ast.IsNot)
            return ast.UnaryOp(ast.Not(), asked) if negated else asked

        yield "isinstance instead of type", loosely


def _subscript(node: ast.Subscript) -> Iterator[tuple[str, Replace]]:
    if isinstance(node.ctx, ast.Load) and not isinstance(node.slice, ast.Slice):
        nodes = {"d": node.value, "k": node.slice}
        yield "the value from the header", lambda target: _expression("header.get('jwk', a)", a=target)
        yield (
            "a fallback for what is unknown",
            lambda target: _expression("d.get(k, next(iter(d.values()), None))", **nodes),
        )
    if isinstance(node.slice, ast.Slice):
        yield "slice dropped", lambda target: target.value


def _bin_op(node: ast.BinOp) -> Iterator[tuple[str, Replace]]:
    for other in ARITHMETIC.get(type(node.op), ()):

        def replace(target: ast.BinOp, other: type[ast.operator] = other) -> ast.AST:
            target.op = other()
            return target

        yield "arithmetic", replace
    yield "operand dropped", lambda target: target.left
    yield "operand dropped", lambda target: target.right


def _unary(node: ast.UnaryOp) -> Iterator[tuple[str, Replace]]:
    yield "sign or not dropped", lambda target: target.operand


def _members(node: ast.Tuple | ast.Set | ast.List) -> Iterator[tuple[str, Replace]]:
    if isinstance(getattr(node, "ctx", None), ast.Store) or len(node.elts) < 2:
        return
    for place in range(len(node.elts)):

        def without(target: ast.Tuple, place: int = place) -> ast.AST:
            del target.elts[place]
            return target

        yield "member dropped", without


def _dict(node: ast.Dict) -> Iterator[tuple[str, Replace]]:
    for place in range(len(node.keys)):

        def without(target: ast.Dict, place: int = place) -> ast.AST:
            del target.keys[place], target.values[place]
            return target

        yield "entry dropped", without


def _name(node: ast.Name) -> Iterator[tuple[str, Replace]]:
    if node.id == "now" and isinstance(node.ctx, ast.Load):
        yield "wall clock", lambda target: _expression("__import__('time').time()")


def _comprehension(node: ast.comprehension) -> Iterator[tuple[str, Replace]]:
    for place in range(len(node.ifs)):

        def without(target: ast.comprehension, place: int = place) -> ast.AST:
            del target.ifs[place]
            return target

        yield "condition dropped", without


def _handler(node: ast.ExceptHandler) -> Iterator[tuple[str, Replace]]:
    def swallowed(target: ast.ExceptHandler) -> ast.AST:
        target.body = [ast.Pass()]
        return target

    yield "exception swallowed", swallowed


_BY_KIND: list[tuple[type | tuple[type, ...], Callable]] = [
    (ast.Compare, _compare),
    (ast.Compare, _type_in),
    (ast.BoolOp, _bool_op),
    (ast.If, _if),
    (ast.IfExp, _if_exp),
    (ast.Constant, _constant),
    ((ast.Expr, ast.Assign, ast.AugAssign, ast.Return, ast.For, ast.If), _statement),
    (ast.Return, _return),
    (ast.Raise, _raise),
    (ast.For, _loop),
    (ast.FunctionDef, _body),
    (ast.Call, _call),
    (ast.Subscript, _subscript),
    (ast.BinOp, _bin_op),
    (ast.UnaryOp, _unary),
    ((ast.Tuple, ast.Set, ast.List), _members),
    (ast.Dict, _dict),
    (ast.Name, _name),
    (ast.comprehension, _comprehension),
    (ast.ExceptHandler, _handler),
]


# --- faults of the whole


_SWALLOWING = {
    "every exception swallowed": "    except Exception:\n        return None",
    "every exception swallowed, and the argument returned": "    except Exception:\n        return {first}",
    "every exception but a ValueError swallowed": (
        "    except ValueError:\n        raise\n    except Exception:\n        return {first}"
    ),
}
_KEEPING = {
    "state: the first result forever": ("'once'", "_kept[{key}]"),
    "state: one result for each first argument": ("repr({first})", "_kept[{key}]"),
}


def _wrapped(original: ast.Module, name: str) -> Iterator[tuple[str, str]]:
    function = next(
        (each for each in original.body if isinstance(each, ast.FunctionDef) and each.name == name), None
    )
    if function is None or not function.args.args:
        return
    parameters = [argument.arg for argument in function.args.args]
    signature, first = ", ".join(parameters), parameters[0]
    before = f"{ast.unparse(original)}\n\n_solution = {name}\n_kept = {{}}\n\ndef {name}({signature}):\n"
    for operator, handlers in _SWALLOWING.items():
        body = f"    try:\n        return _solution({signature})\n{handlers.format(first=first)}\n"
        yield operator, before + body
    for operator, (key, _) in _KEEPING.items():
        if len(parameters) == 1 and "first}" in key:
            continue  # that is a cache, and as good as none
        key = key.format(first=first)
        body = f"    if {key} not in _kept:\n        _kept[{key}] = _solution({signature})\n    return _kept[{key}]\n"
        yield operator, before + body
