#!/usr/bin/env python3
"""What botocore's models say, for JSON lines on standard input; one JSON line for each on standard output.

models.py paths      {service, operation, results, path}: does an item have it? → {"error": ... | null}
models.py rows       a call of the catalogue: does everything it names exist? → {"errors": [...]}
models.py items      {service, operation, results, item}: is the item as AWS would write it? → {"misfits": [...]}
models.py commands   {words} of an AWS CLI command: would the CLI take it? → {"errors": [...]}
models.py operations {service} → {"operations": {NAME: [members of its input]}}
models.py endpoints  {service, region, fips, dual_stack} → {"host", "signed_for"} (null where AWS has none)
models.py shapes     calls of the catalogue → the table by which XML answers are read (one document, no lines)
"""

import json
import re
import sys

import cli
import xml_shapes
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointProviderError
from items import Items
from shapes import ShapeError, nearest, resolve
from wire import action_of, loader, paginator, service_model, signing_name


def operation_model(row):
    model = service_model(row["service"])
    name = row["operation"]
    if name not in model.operation_names:
        raise ShapeError(f"{row['service']} has no operation {nearest(name, model.operation_names)}")
    return model, model.operation_model(name)


def path(row):
    """Relative to one item, which stands at `results` of the operation's answer."""
    try:
        _, operation = operation_model(row)
        item = resolve(operation.output_shape, row["results"])
        resolve(item, row["path"])
    except ShapeError as error:
        return {"error": f"{row['path']}: {error}"}
    return {"error": None}


def item(row):
    try:
        model, operation = operation_model(row)
        shape = resolve(operation.output_shape, row["results"])
    except ShapeError as error:
        return {"misfits": [{"at": "", "what": "name", "why": str(error)}]}
    items = Items(model.metadata["protocol"])
    items.compare(row["item"], shape)
    return {"misfits": items.found}


def command(row):
    return {"errors": cli.check(row["words"])}


def check_row(row):
    try:
        model, operation = operation_model(row)
    except ShapeError as error:
        return {"errors": [str(error)]}
    errors = [*check_service(row, model)]
    for check in (check_input, check_http, check_paging, check_results, check_codes):
        try:
            errors += check(row, operation)
        except ShapeError as error:
            errors.append(str(error))
    errors += check_actions(row, model)
    return {"errors": [f"{row['kind']} {row['operation']}: {error}" for error in errors]}


def check_service(row, model):
    meta = model.metadata
    known = {
        "signing": signing_name(model),
        "endpoint": meta["endpointPrefix"],
        "id": meta["serviceId"],
        "version": meta["apiVersion"],
        "protocol": meta["protocol"],
    }
    if meta["protocol"] == "json":
        known |= {"json_version": meta["jsonVersion"], "target": meta["targetPrefix"]}
    for key, value in known.items():
        if row[key] != value:
            yield f"{key} is {value!r} in the model, not {row[key]!r}"


def check_input(row, operation):
    for member in row["input"]:
        resolve(operation.input_shape, member)
    return []


def check_http(row, operation):
    if row["protocol"] != "rest-json":
        return [] if row["http"] is None else ["a path, but the protocol has none"]
    members = operation.input_shape.members
    uri = operation.http["requestUri"].split("?")[0]
    in_uri = {}
    for name, shape in members.items():
        place, wire = shape.serialization.get("location"), shape.serialization.get("name", name)
        if place == "uri":
            in_uri[name] = wire
        elif place == "querystring" and f"/{name}" in row["input"] and wire != name:
            return [f"{name} is called {wire} in the query"]
    ours = re.sub(r"\{(\w+)\}", lambda found: "{" + in_uri.get(found[1], "?") + "}", row["http"]["path"])
    wrong = []
    if ours != uri.replace("+}", "}"):
        wrong.append(f"the path is {uri}, not {ours}")
    if row["http"]["method"] != operation.http["method"]:
        wrong.append(f"the method is {operation.http['method']}")
    return wrong


def check_paging(row, operation):
    table, ours = paginator(row["service"], row["operation"]), row["paging"]
    if ours is None:
        return ["botocore pages it, the row does not"] if table else []
    resolve(operation.input_shape, f"/{ours['token']}")
    resolve(operation.output_shape, f"/{ours['next']}")
    if ours["limit"]:
        resolve(operation.input_shape, f"/{ours['limit']}")
    if table and (table["input_token"], table["output_token"]) != (ours["token"], ours["next"]):
        return [f"its tokens are {table['input_token']} and {table['output_token']}"]
    return []


def check_results(row, operation):
    item = resolve(operation.output_shape, row["results"])
    for pointer in row["identity"] + row["redact"]:
        resolve(item, pointer)
    if row["failures"]:
        one = resolve(operation.output_shape, row["failures"]["at"])
        resolve(one, row["failures"]["subject"])
        resolve(one, row["failures"]["code"])
    return []


def check_codes(row, operation):
    known = {shape.name for shape in operation.error_shapes} | {shape.error_code for shape in operation.error_shapes}
    if not known:
        # EC2's model lists no errors at all.
        return []
    return [f"it has no error {nearest(code, known)}" for code in row["not_found"] + row["absent"] if code not in known]


def check_actions(row, model):
    """No model knows IAM's actions, but they are named after operations of the same service."""
    known = {action_of(model, name) for name in model.operation_names}
    return [f"no action {nearest(action, known)}" for action in row["actions"] if action not in known]


PROVIDERS = {}


def endpoint(row):
    service = row["service"]
    if service not in PROVIDERS:
        rules = loader().load_service_model(service, "endpoint-rule-set-1")
        PROVIDERS[service] = EndpointProvider(rules, loader().load_data("partitions"))
    try:
        found = PROVIDERS[service].resolve_endpoint(
            Region=row["region"], UseFIPS=row["fips"], UseDualStack=row["dual_stack"]
        )
    except EndpointProviderError:
        return {"host": None, "signed_for": None}
    schemes = found.properties.get("authSchemes") or [{}]
    return {"host": found.url.removeprefix("https://"), "signed_for": schemes[0].get("signingRegion", row["region"])}


def operations(row):
    model = service_model(row["service"])
    shapes = {name: model.operation_model(name).input_shape for name in model.operation_names}
    return {"operations": {name: list(shape.members) if shape else [] for name, shape in shapes.items()}}


COMMANDS = {
    "paths": path,
    "items": item,
    "commands": command,
    "rows": check_row,
    "operations": operations,
    "endpoints": endpoint,
}


def main():
    rows = [json.loads(line) for line in sys.stdin if line.strip()]
    asked = sys.argv[1]
    if asked == "shapes":
        print(xml_shapes.table(rows))
        return
    for row in rows:
        print(json.dumps(COMMANDS[asked](row)))


if __name__ == "__main__":
    main()
