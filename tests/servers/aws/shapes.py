"""World answers against AWS's own output shapes: what the vendor does not know is not a fact."""

import base64
import difflib
from datetime import datetime, timezone

TEXT = {"string", "character"}
WHOLE = {"integer", "long", "bigdecimal", "biginteger"}
BROKEN = {"float", "double"}


class ShapeError(ValueError):
    """An answer that AWS could not have given."""


def nearest(name, known):
    """`name` in quotes, with the closest known name if there is one."""
    lower = {word.lower(): word for word in known}
    close = [lower[word] for word in difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.4)]
    return f'"{name}" (did you mean "{close[0]}"?)' if close else f'"{name}"'


def conform(value, shape, at=""):
    """The Python value the serialiser wants for a JSON value; raises ShapeError naming the place."""
    kind = shape.type_name
    convert = CONVERSIONS.get(kind)
    if convert is None:
        return scalar(value, kind, at)
    return convert(value, shape, at)


def structure(value, shape, at):
    if not isinstance(value, dict):
        raise ShapeError(f"{at or '/'}: {shape.name} is an object, not {type(value).__name__}")
    unknown = [name for name in value if name not in shape.members]
    if unknown:
        raise ShapeError(f"{at or '/'}: {shape.name} has no member {nearest(unknown[0], shape.members)}")
    return {name: conform(v, shape.members[name], f"{at}/{name}") for name, v in value.items()}


def sequence(value, shape, at):
    if not isinstance(value, list):
        raise ShapeError(f"{at}: {shape.name} is a list, not {type(value).__name__}")
    return [conform(v, shape.member, f"{at}/{i}") for i, v in enumerate(value)]


def mapping(value, shape, at):
    if not isinstance(value, dict):
        raise ShapeError(f"{at}: {shape.name} is a map, not {type(value).__name__}")
    return {key: conform(v, shape.value, f"{at}/{key}") for key, v in value.items()}


def timestamp(value, shape, at):
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, timezone.utc)
    try:
        return datetime.fromisoformat(value.replace("Z", "+00:00"))
    except (AttributeError, ValueError) as error:
        raise ShapeError(f"{at}: {value!r} is no timestamp") from error


def blob(value, shape, at):
    try:
        return base64.b64decode(value, validate=True)
    except (TypeError, ValueError) as error:
        raise ShapeError(f"{at}: a blob is written in base64") from error


def scalar(value, kind, at):
    if kind in TEXT:
        good = isinstance(value, str)
    elif kind == "boolean":
        good = isinstance(value, bool)
    elif kind in WHOLE:
        good = isinstance(value, int) and not isinstance(value, bool)
    elif kind in BROKEN:
        good = isinstance(value, (int, float)) and not isinstance(value, bool)
    else:
        raise ShapeError(f"{at}: no way to write a {kind}")
    if not good:
        raise ShapeError(f"{at}: {kind} expected, not {value!r}")
    return value


CONVERSIONS = {
    "structure": structure,
    "list": sequence,
    "map": mapping,
    "timestamp": timestamp,
    "blob": blob,
}


def resolve(shape, path):
    """The shapes at an RFC 6901 pointer with `*` (every element or value); raises ShapeError."""
    if path == "":
        return shape
    if not path.startswith("/"):
        raise ShapeError(f"{path!r} is no JSON pointer")
    here = ""
    for token in path[1:].split("/"):
        name = token.replace("~1", "/").replace("~0", "~")
        shape = step(shape, name, here or "/")
        here += "/" + token
    return shape


def step(shape, name, here):
    kind = shape.type_name
    if kind == "structure":
        if name == "*":
            raise ShapeError(f"{here}: {shape.name} is an object, so * says nothing")
        if name not in shape.members:
            raise ShapeError(f"{here}: {shape.name} has no member {nearest(name, shape.members)}")
        return shape.members[name]
    if kind == "list":
        if name != "*":
            raise ShapeError(f"{here}: {shape.name} is a list, so its elements are named *")
        return shape.member
    if kind == "map":
        return shape.value
    raise ShapeError(f"{here}: {shape.name} is a {kind}, with nothing below it")
