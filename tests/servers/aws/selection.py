"""What AWS itself selects from everything it has: ids, filters, prefixes. The rows are in selection.json.

An empty id list selects everything, as AWS does: a client that sends one reads the whole account.
"""

import json
from pathlib import Path

ROWS = json.loads(Path(__file__).with_name("selection.json").read_text())


class NotThere(Exception):
    """AWS fails the whole call when one of the named things does not exist."""

    def __init__(self, code, name):
        super().__init__(f"{name} does not exist")
        self.code = code


class Combination(Exception):
    """Parameters that AWS does not take together."""


def row_of(call):
    return ROWS.get(f"{call.service}.{call.operation}")


def select(call, answer):
    """The answer with only what the parameters ask for; raises NotThere."""
    row = row_of(call)
    if row is None:
        return answer
    if row.get("ids_unpaged") and call.params.get(row["ids"]["param"]) and call.params.get("MaxResults"):
        raise Combination("ids and MaxResults cannot be asked for in one request")
    tests = list(conditions(row, call.params))
    path = row["at"].strip("/").split("/")
    answer = prune(answer, path, lambda item: all(test(item) for test in tests))
    named(row, call.params, [item for item in walk(answer, path)])
    return answer


def conditions(row, params):
    for key in ("ids", "equals", "prefix"):
        rule = row.get(key)
        wanted = params.get(rule["param"]) if rule else None
        if not wanted:
            continue
        if key == "prefix":
            yield lambda item, f=rule["field"], w=wanted: str(at(item, f)).startswith(w)
        else:
            wanted = wanted if isinstance(wanted, list) else [wanted]
            yield lambda item, f=rule["field"], w=wanted: str(at(item, f)) in w
    for one in params.get("Filters") or []:
        yield filtered(row["filters"], one["Name"], one.get("Values", []))
    if row.get("managed") and not params.get("IncludeManagedResources"):
        yield lambda item: not (item.get("Operator") or {}).get("Managed")


def filtered(fields, name, values):
    if name.startswith("tag:"):
        key = name.removeprefix("tag:")
        return lambda item: any(
            tag.get("Key") == key and tag.get("Value") in values for tag in at(item, fields["tag"]) or []
        )
    return lambda item, f=fields[name]: at(item, f) in values


def named(row, params, found):
    """Every thing asked for by name must have been found."""
    for key in ("equals", "ids"):
        rule = row.get(key)
        wanted = params.get(rule["param"]) if rule else None
        for name in ([wanted] if isinstance(wanted, str) else wanted) or []:
            if not any(str(at(item, rule["field"])) == name for item in found):
                raise NotThere(rule["missing"], name)


def at(item, pointer):
    for name in pointer.strip("/").split("/"):
        item = item.get(name) if isinstance(item, dict) else None
    return item


def walk(value, path):
    if not path:
        yield value
    elif path[0] == "*":
        for element in value:
            yield from walk(element, path[1:])
    elif path[0] in value:
        yield from walk(value[path[0]], path[1:])


def prune(value, path, keep):
    """A copy without the elements at `path` that are not kept, nor the containers left empty by it."""
    if path == ["*"]:
        return [item for item in value if keep(item)]
    if path[0] == "*":
        pruned = [prune(element, path[1:], keep) for element in value]
        return [element for element in pruned if element.get(path[1])]
    if path[0] not in value:
        return value
    return {**value, path[0]: prune(value[path[0]], path[1:], keep)}
