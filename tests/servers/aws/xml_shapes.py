"""The table by which XML answers are read and forms are written, from botocore's models, for the calls in use."""

import json

from wire import service_model

NUMBERS = {"integer", "long", "float", "double", "bigdecimal", "biginteger"}
# IAM percent-encodes policy documents inside its XML; botocore knows them by this shape.
DOCUMENT = "policyDocumentType"


def table(rows):
    operations, shapes, sent = {}, {}, {}
    for row in rows:
        model = service_model(row["service"])
        if model.metadata["protocol"] not in ("query", "ec2"):
            continue
        operation = model.operation_model(row["operation"])
        output = operation.output_shape
        name = f"{row['service']}.{row['operation']}"
        # Several calls may make one operation, each with members of its own.
        members = wanted(row, sent.setdefault(name, {}))
        operations[name] = {
            "wrapper": output.serialization.get("resultWrapper"),
            "output": output.name,
            "input": inputs(operation.input_shape, members, model.metadata["protocol"]),
        }
        add(output, row["service"], shapes)
    return written({"operations": operations, "shapes": shapes})


def wanted(row, tree):
    """Adds the members that the call sends to a tree of names."""
    paging = row["paging"] or {}
    pages = [f"/{name}" for name in (paging.get("token"), paging.get("limit")) if name]
    for pointer in row["input"] + pages:
        here = tree
        for name in pointer.strip("/").split("/"):
            here = here if name == "*" else here.setdefault(name, {})
    return tree


def inputs(shape, names, protocol):
    return {name: member(shape.members[name], name, below, protocol) for name, below in sorted(names.items())}


def member(shape, name, below, protocol):
    result = {"name": wire_name(shape, name, protocol)}
    element = shape
    if shape.type_name == "list":
        element = shape.member
        if protocol == "query" and not shape.serialization.get("flattened"):
            result["list"] = element.serialization.get("name", "member")
    if below:
        result["members"] = inputs(element, below, protocol)
    return result


def wire_name(shape, name, protocol):
    if protocol == "ec2":
        own = shape.serialization.get("queryName")
        located = shape.serialization.get("name", name)
        return own or located[0].upper() + located[1:]
    return shape.serialization.get("name", name)


def add(shape, service, shapes):
    """Adds a shape and all below it; answers what it is called in the table."""
    kind = shape.type_name
    if kind in NUMBERS:
        return "number"
    if kind == "boolean":
        return "boolean"
    if kind not in ("structure", "list", "map"):
        return "document" if shape.name == DOCUMENT and service == "iam" else "text"
    key = f"{service}.{shape.name}"
    if key not in shapes:
        shapes[key] = None  # shapes may contain themselves
        shapes[key] = {"structure": structure, "list": sequence, "map": mapping}[kind](shape, service, shapes)
    return shape.name


def structure(shape, service, shapes):
    members = {}
    for name, below in shape.members.items():
        wire = below.serialization.get("name", name)
        if below.type_name == "list" and below.serialization.get("flattened"):
            wire = below.member.serialization.get("name", wire)
        members[wire] = [name, add(below, service, shapes)]
    return {"members": members}


def sequence(shape, service, shapes):
    of = add(shape.member, service, shapes)
    item = None if shape.serialization.get("flattened") else shape.member.serialization.get("name", "member")
    return {"list": {"item": item, "of": of}}


def mapping(shape, service, shapes):
    of = add(shape.value, service, shapes)
    entry = None if shape.serialization.get("flattened") else "entry"
    key, value = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
    return {"map": {"entry": entry, "key": key, "value": value, "of": of}}


def written(document):
    """JSON with one line for each operation and shape, so that a change can be read."""
    parts = []
    for name, entries in document.items():
        lines = [f"  {json.dumps(key)}: {json.dumps(entries[key], sort_keys=True)}" for key in sorted(entries)]
        body = ",\n".join(lines)
        parts.append(f" {json.dumps(name)}: {{\n{body}\n }}")
    return "{\n" + ",\n".join(parts) + "\n}"
