"""JMESPath expressions of `--query` against the shape of the answer that they read."""

import jmespath
from jmespath.exceptions import ParseError
from shapes import ShapeError, nearest

# Expressions whose parts are read in the same place.
NAMED_WITHIN = (
    "multi_select_list",
    "multi_select_dict",
    "key_val_pair",
    "comparator",
    "and_expression",
    "or_expression",
    "not_expression",
)


def query_errors(values, shape):
    if len(values) != 1:
        yield "--query takes one value"
        return
    try:
        tree = jmespath.compile(values[0]).parsed
    except ParseError as error:
        yield f"--query: {error}"
        return
    try:
        walk(tree, shape)
    except ShapeError as error:
        yield f"--query: {error}"


class Many:
    """A list that an expression makes."""

    type_name = name = "list"

    def __init__(self, member):
        self.member = member


def walk(node, shape):
    """The shape of what a JMESPath expression finds; None where the models say nothing more."""
    kind, below = node["type"], node["children"]
    if kind == "field":
        return field(node["value"], shape)
    if kind in ("subexpression", "index_expression", "pipe"):
        for child in below:
            shape = walk(child, shape)
        return shape
    if kind == "index":
        return element(shape)
    if kind == "flatten":
        shape = walk(below[0], shape)
        inner = element(shape)
        return inner if inner is not None and inner.type_name == "list" else shape
    if kind in ("projection", "value_projection", "filter_projection"):
        inner = element(walk(below[0], shape))
        for condition in below[2:]:
            walk(condition, inner)
        found = walk(below[1], inner)
        return found and Many(found)
    if kind in NAMED_WITHIN:
        for child in below:
            walk(child, shape)
        return None
    return shape if kind in ("identity", "current", "slice") else None


def field(name, shape):
    if shape is None:
        return None
    if shape.type_name == "map":
        return shape.value
    if shape.type_name != "structure":
        raise ShapeError(f"{shape.name} is a {shape.type_name}, with no {name!r} in it")
    if name not in shape.members:
        raise ShapeError(f"{shape.name} has no member {nearest(name, shape.members)}")
    return shape.members[name]


def element(shape):
    if shape is None or shape.type_name not in ("list", "map"):
        return None
    return shape.member if shape.type_name == "list" else shape.value
