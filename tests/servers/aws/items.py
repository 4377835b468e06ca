"""Items of a facts document against AWS's own output shapes, as the wire spells them."""

import re
from datetime import datetime

from shapes import BROKEN, TEXT, WHOLE, nearest

# Stands where eksamine took a value out.
REDACTED = "(redacted by eksamine)"
# Of protocols whose answers are JSON: times are seconds since 1970, and what is not set may be null.
JSON_PROTOCOLS = ("json", "rest-json")


class Items:
    """Collects what is not as the model says, for one item after the other."""

    def __init__(self, protocol):
        self.json = protocol in JSON_PROTOCOLS
        self.found = []

    def say(self, at, what, why):
        self.found.append({"at": at, "what": what, "why": why})

    def compare(self, value, shape, at=""):
        """Adds every misfit: an unknown key is a `name`, another type or word a `value`."""
        if value == REDACTED or getattr(shape, "is_document_type", False):
            return
        kind = shape.type_name
        if kind in ("structure", "map", "list"):
            wanted, word = (list, "a list") if kind == "list" else (dict, "an object")
            if isinstance(value, wanted):
                getattr(self, kind)(value, shape, at)
            else:
                self.say(at, "value", f"{shape.name} is {word}, not {spelt(value)}")
        elif not self.scalar(value, shape):
            self.say(at, "value", f"{kind} expected, not {spelt(value)}")
        elif kind == "string" and shape.enum and value not in words(shape):
            self.say(at, "value", f"{shape.name} is never {nearest(value, shape.enum)}")

    def structure(self, value, shape, at):
        for name, member in value.items():
            here = f"{at}/{escape(name)}"
            if name not in shape.members:
                self.say(here, "name", f"{shape.name} has no member {nearest(name, shape.members)}")
            elif member is not None or not self.json:
                self.compare(member, shape.members[name], here)

    def list(self, value, shape, at):
        for index, element in enumerate(value):
            self.compare(element, shape.member, f"{at}/{index}")

    def map(self, value, shape, at):
        for key, element in value.items():
            self.compare(element, shape.value, f"{at}/{escape(key)}")

    def scalar(self, value, shape):
        kind = shape.type_name
        if kind == "boolean":
            return isinstance(value, bool)
        if kind in WHOLE:
            return isinstance(value, int) and not isinstance(value, bool)
        if kind in BROKEN:
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        if kind == "timestamp":
            return self.timestamp(value, shape)
        return (kind in TEXT or kind == "blob") and isinstance(value, str)

    def timestamp(self, value, shape):
        spelling = shape.serialization.get("timestampFormat", "unixTimestamp" if self.json else "iso8601")
        if spelling == "unixTimestamp":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        try:
            return bool(datetime.fromisoformat(value.replace("Z", "+00:00")))
        except (AttributeError, ValueError):
            return False


def words(shape):
    """What it can be. The list is not all: an instance's Platform is `Windows` there, and `windows` in the text."""
    return {*shape.enum, *re.findall(r"<code>([^<]+)</code>", shape.documentation)}


def spelt(value):
    words = {dict: "an object", list: "a list", bool: "true or false", type(None): "null"}
    return words.get(type(value)) or repr(value)


def escape(name):
    return name.replace("~", "~0").replace("/", "~1")
