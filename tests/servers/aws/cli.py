"""Commands of the AWS CLI, as people type them, against botocore's models (the CLI is made from the same ones)."""

import json
import re

from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from items import Items
from queries import query_errors
from shapes import BROKEN, WHOLE, ShapeError, nearest
from wire import loader, paginator, service_model

# AWS CLI user guide, "Command line options": name, whether a value follows.
GLOBAL = {"region": True, "profile": True, "output": True, "query": True, "endpoint-url": True, "no-cli-pager": False}
# "pull_up_bool" of the CLI's EC2 customisations: a structure with nothing but a boolean Value is a plain switch.
PULLED_UP = "ec2"
# The CLI's argrename customisation: names that would clash with its own options.
RENAMED = {
    ("eks", "create-cluster", "version"): "kubernetes-version",
    ("eks", "create-nodegroup", "version"): "kubernetes-version",
    ("eks", "update-cluster-version", "version"): "kubernetes-version",
    ("eks", "update-nodegroup-version", "version"): "kubernetes-version",
}
# Commands that the CLI adds to those of the models, with their options (AWS CLI command reference).
ADDED = {
    ("eks", "update-kubeconfig"): ("name", "kubeconfig", "role-arn", "alias", "user-alias", "dry-run", "verbose"),
    ("eks", "get-token"): ("cluster-name", "cluster-id", "role-arn"),
}
# Where a command leaves the value to its reader: NAME, i-NODE, ACCOUNT.dkr.ecr.REGION…
PLACEHOLDER = re.compile(r"[A-Z]{2,}")


class CommandError(ValueError):
    """A command that the CLI would not take."""


def check(words):
    """What is wrong with `aws …`; empty when nothing is."""
    try:
        return list(Command(words[1:]).errors())
    except (CommandError, ShapeError) as error:
        return [str(error)]


class Command:
    def __init__(self, words):
        self.plain, self.options = split(words)
        if len(self.plain) < 2:
            raise CommandError("a service and an operation must follow `aws`")
        self.service, self.name = self.plain[:2]
        known = loader().list_available_services("service-2")
        if self.service not in known:
            raise CommandError(f"no service {nearest(self.service, known)}")

    def errors(self):
        if (self.service, self.name) in ADDED:
            yield from self.unknown({*ADDED[self.service, self.name], *GLOBAL})
            return
        if self.name == "wait":
            self.operation = self.waited_for()
        else:
            self.operation = self.named()
            if len(self.plain) > 2:
                yield f"{self.plain[2]!r} belongs to no option"
        members = self.members()
        yield from self.unknown({*GLOBAL, *self.switches(members), *self.common()})
        for name, values in self.options.items():
            yield from self.value(name, values, members)
        if "cli-input-json" not in self.options:
            shape = self.operation.input_shape
            given = {members.get(name) or members.get(name.removeprefix("no-")) for name in self.options}
            for member in sorted(set(shape.required_members if shape else ()) - given):
                yield f"--{self.flag(member)} is required"

    def named(self):
        model = service_model(self.service)
        operations = {xform_name(name, "-"): name for name in model.operation_names}
        if self.name not in operations:
            raise CommandError(f"{self.service} has no operation {nearest(self.name, operations)}")
        return model.operation_model(operations[self.name])

    def waited_for(self):
        try:
            table = loader().load_service_model(self.service, "waiters-2")["waiters"]
        except UnknownServiceError:
            table = {}
        waiters = {xform_name(name, "-"): waiter for name, waiter in table.items()}
        name = self.plain[2] if len(self.plain) > 2 else ""
        if name not in waiters:
            raise CommandError(f"{self.service} waits for no {nearest(name, waiters)}")
        return service_model(self.service).operation_model(waiters[name]["operation"])

    def members(self):
        """By option, the members of the operation's input."""
        shape = self.operation.input_shape
        return {self.flag(name): name for name in shape.members} if shape else {}

    def flag(self, member):
        flag = xform_name(member, "-")
        return RENAMED.get((self.service, self.name, flag), flag)

    def shape(self, member):
        return self.operation.input_shape.members[member]

    def is_switch(self, member):
        shape = self.shape(member)
        pulled_up = (
            self.service == PULLED_UP
            and shape.type_name == "structure"
            and [m.type_name for m in shape.members.values()] == ["boolean"]
            and "Value" in shape.members
        )
        return shape.type_name == "boolean" or pulled_up

    def switches(self, members):
        for flag, member in members.items():
            yield flag
            if self.is_switch(member):
                yield f"no-{flag}"

    def common(self):
        yield from ("cli-input-json", "cli-input-yaml", "generate-cli-skeleton")
        if paginator(self.service, self.operation.name):
            yield from ("max-items", "page-size", "starting-token", "no-paginate")

    def unknown(self, known):
        for name in self.options:
            if name not in known:
                wrong = nearest(f"--{name}", [f"--{option}" for option in known])
                yield f"{self.service} {self.name} has no option {wrong}"

    def value(self, name, values, members):
        if name == "query":
            yield from query_errors(values, self.operation.output_shape)
            return
        if GLOBAL.get(name) and len(values) != 1:
            yield f"--{name} takes one value"
        member = members.get(name) or members.get(name.removeprefix("no-"))
        if member is None:
            return
        if self.is_switch(member):
            if values and not (self.service == PULLED_UP and name in members):
                yield f"--{name} takes no value"
            return
        shape = self.shape(member)
        if not values:
            yield f"--{name} takes a value"
        elif len(values) > 1 and shape.type_name != "list":
            yield f"--{name} takes one value, not {len(values)}"
        for value in values:
            yield from value_errors(f"--{name}", value, shape)


def split(words):
    """The words before options, and each option with the words that follow it."""
    plain, options, here = [], {}, None
    for word in words:
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            here = options.setdefault(name, [])
            if equals:
                here.append(value)
            if GLOBAL.get(name) is False:
                here = None
        else:
            (plain if here is None else here).append(word)
    return plain, options


def value_errors(option, value, shape):
    # A string is taken as it stands, whatever it begins with.
    if shape.type_name != "string" and value.lstrip()[:1] in ("{", "["):
        try:
            given = json.loads(value)
        except ValueError as error:
            yield f"{option}: {error}"
            return
        if shape.type_name == "list" and isinstance(given, dict):
            shape = shape.member
        items = Items("json")
        items.compare(given, shape)
        yield from (f"{option} {it['at']}: {it['why']}" for it in items.found)
        return
    if PLACEHOLDER.search(value) and value not in getattr(shape, "enum", []):
        return
    if shape.type_name == "list":
        shape = shape.member
    kind = shape.type_name
    if kind in WHOLE and not re.fullmatch(r"-?\d+", value):
        yield f"{option}: a whole number expected, not {value!r}"
    elif kind in BROKEN and not re.fullmatch(r"-?\d+(\.\d+)?", value):
        yield f"{option}: a number expected, not {value!r}"
    elif kind == "string" and shape.enum and value not in shape.enum:
        yield f"{option} is never {nearest(value, shape.enum)}"
