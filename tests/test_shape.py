"""Hold the shape of the code: what ARCHITECTURE.md promises of lengths, names and layers."""

import ast
import statistics
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "matchers", "storage")
MODULES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if not path.is_relative_to(ROOT / "storage/migrations/versions")
)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# What McCabe's measure counts, as ruff's C901 does: statements that branch.
BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.match_case)
NESTING = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)
STATEMENTS = (ast.stmt, ast.ExceptHandler, ast.match_case)
FORBIDDEN_NAMES = ("utils", "helpers", "common", "base", "manager", "misc")
CLOCK_READS = {"now", "utcnow", "today", "time", "monotonic", "perf_counter", "time_ns", "monotonic_ns"}
CLOCKS = {"datetime", "date", "time", "datetime.datetime", "datetime.date"}
# A method's object and a storage function's session come first everywhere and say nothing new.
RECEIVERS = {"self", "cls", "session"}


@cache
def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]


def docstring_lines(node):
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return first.end_lineno - first.lineno + 1
    return 0


def length(node):
    return node.end_lineno - node.lineno + 1 - docstring_lines(node)


def own_statements(node):
    """Return what stands directly in a statement, without functions and classes: these are measured by themselves."""
    return [
        child
        for child in ast.iter_child_nodes(node)
        if isinstance(child, STATEMENTS) and not isinstance(child, (*FUNCTIONS, ast.ClassDef))
    ]


def branches(node):
    return sum(isinstance(child, BRANCHES) + branches(child) for child in own_statements(node))


def complexity(node):
    return 1 + branches(node)


def nesting(node, depth=0):
    deepest = depth
    for child in own_statements(node):
        is_elif = isinstance(node, ast.If) and isinstance(child, ast.If) and child in node.orelse
        inside = depth + (isinstance(child, NESTING) and not is_elif)
        deepest = max(deepest, nesting(child, inside))
    return deepest


def positional(node):
    """List what is passed by place; a leading underscore marks what only a library's protocol asks for."""
    names = [a.arg for a in [*node.args.posonlyargs, *node.args.args]]
    return [name for name in names if name not in RECEIVERS and not name.startswith("_")]


def parameters(node):
    return [*positional(node), *(argument.arg for argument in node.args.kwonlyargs)]


def is_command(node):
    """Say whether a function is a Typer command: its parameters are the command line's options."""
    return node.name.endswith("_command") or any(
        "command" in ast.unparse(decorator) for decorator in node.decorator_list
    )


def code_lines(path):
    tree = parsed(path)
    documented = sum(
        docstring_lines(node)
        for node in ast.walk(tree)
        if isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.Module)) and node.body
    )
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    return sum(bool(line) and not line.startswith("#") for line in lines) - documented


def offenders(measure, most):
    return [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name} {measure(node)}"
        for path in MODULES
        for node in functions(parsed(path))
        if measure(node) > most
    ]


def test_no_function_is_longer_than_forty_lines():
    assert [] == offenders(length, 40)


def test_no_function_is_more_complex_than_ten():
    assert [] == offenders(complexity, 10)


def test_no_function_nests_deeper_than_three():
    assert [] == offenders(nesting, 3)


def test_no_function_takes_more_than_five_parameters():
    assert [] == offenders(lambda node: 0 if is_command(node) else len(parameters(node)), 5)


def test_parameters_beyond_the_second_are_named_at_the_call():
    assert [] == offenders(lambda node: 0 if is_command(node) else len(positional(node)), 2)


def test_no_module_has_more_than_three_hundred_lines_of_code():
    assert [] == [f"{path.relative_to(ROOT)} {code_lines(path)}" for path in MODULES if code_lines(path) > 300]


def test_no_module_has_a_name_that_says_nothing():
    assert [] == [str(path.relative_to(ROOT)) for path in MODULES if path.stem in FORBIDDEN_NAMES]


def test_no_function_writes_a_global():
    assert [] == [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Global)
    ]


def test_package_markers_hold_a_docstring_and_nothing_else():
    assert [] == [
        str(path.relative_to(ROOT))
        for path in MODULES
        if path.name == "__init__.py" and (len(parsed(path).body) != 1 or not ast.get_docstring(parsed(path)))
    ]


def test_only_the_clock_module_reads_the_time():
    readers = [
        f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node.func)}"
        for path in MODULES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCK_READS
        and ast.unparse(node.func.value) in CLOCKS
    ]

    assert [] == [reader for reader in readers if not reader.startswith("bot/clock.py")]


def undocumented(path):
    tree = parsed(path)
    names = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for node in tree.body
        if isinstance(node, (*FUNCTIONS, ast.ClassDef))
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    return names if ast.get_docstring(tree) else [str(path.relative_to(ROOT)), *names]


def test_every_public_name_is_documented():
    assert [] == [name for path in MODULES for name in undocumented(path)]


def test_a_broad_except_is_logged_or_raised_again():
    silent = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
        and "log" not in ast.unparse(node)
        and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
    ]

    assert [] == silent


def test_nothing_is_left_for_later():
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X")

    assert [] == [
        f"{path.relative_to(ROOT)}:{number}"
        for path in MODULES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if any(word in line for word in words)
    ]


def test_the_top_of_the_house_is_as_drawn():
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout: an unpacked copy has no list of tracked files")
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    tops = {line.split("/")[0] for line in tracked.splitlines() if "/" in line}

    assert {"bot", "deploy", "docs", "matchers", "storage", "tests"} == {top for top in tops if not top.startswith(".")}


def test_the_figures_of_the_shape_are_reported(capsys):
    lengths = sorted(length(node) for path in MODULES for node in functions(parsed(path)))
    with capsys.disabled():
        print(
            f"\nshape: {len(MODULES)} modules, {len(lengths)} functions; "
            f"lines: median {statistics.median(lengths):.0f}, "
            f"90 % {lengths[int(len(lengths) * 0.9)]}, longest {lengths[-1]}"
        )

    assert lengths
