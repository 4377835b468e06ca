"""A world: the complete answers of one AWS account (or several), from a data file.

{"account", "arn"?, "regions"?, "page_size"?, "allow"?, "deny"?, "expired"?, "roles"?, "users"?,
 "answers": [{"service", "operation", "region"?, "params"?, "answer" | "error": {"code", "status", "message"}}],
 "faults": [...]}
"""

import fnmatch
import threading

from faults import Fault, includes
from identities import issue
from shapes import ShapeError, conform, nearest
from wire import service_model

MEMBERS = {
    "account", "arn", "regions", "page_size", "allow", "deny", "expired", "session", "roles", "users",
    "answers", "faults", "$comment",
}  # fmt: skip


class WorldError(ValueError):
    """A world file that says something AWS could not."""


class World:
    def __init__(self, data):
        unknown = set(data) - MEMBERS
        if unknown:
            raise WorldError(f"a world has no member {nearest(sorted(unknown)[0], MEMBERS)}")
        account = data["account"]
        self.owner = issue(
            account,
            data.get("arn", f"arn:aws:iam::{account}:user/scanner"),
            session=data.get("session", False),
            expired=data.get("expired", False),
        )
        self.regions = data.get("regions")
        self.page_size = data.get("page_size", 2)
        self.roles = data.get("roles", {})
        self.users = data.get("users", {})
        self.answers = {}
        for index, entry in enumerate(data.get("answers", [])):
            self._add(index, entry)
        self.lock = threading.Lock()
        self.log = []
        self.control(data)

    def control(self, data):
        """What a test may change while it runs: permissions and faults."""
        with self.lock:
            self.allow = data.get("allow")
            self.deny = data.get("deny", [])
            self.faults = [Fault(fault) for fault in data.get("faults", [])]
            self.log.clear()

    def _add(self, index, entry):
        service, operation = entry["service"], entry["operation"]
        place = f"answers/{index} ({service}.{operation})"
        try:
            model = service_model(service).operation_model(operation)
        except Exception as error:
            raise WorldError(f"{place}: botocore has no such operation: {error}") from error
        for name in entry.get("params", {}):
            if name not in model.input_shape.members:
                raise WorldError(f"{place}: the input has no member {nearest(name, model.input_shape.members)}")
        if "error" not in entry:
            try:
                entry = {**entry, "answer": conform(entry["answer"], model.output_shape)}
            except ShapeError as error:
                raise WorldError(f"{place}: {error}") from error
        self.answers.setdefault((service, operation), []).append(entry)

    def answer(self, call):
        """The entry for this call: of those that match, the first of those that say most."""
        matching = [
            entry
            for entry in self.answers.get((call.service, call.operation), [])
            if fnmatch.fnmatchcase(call.region, entry.get("region", "*"))
            and includes(call.params, entry.get("params", {}))
        ]
        return max(matching, key=lambda entry: len(entry.get("params", {})), default=None)

    def allows(self, action):
        if any(matches(action, pattern) for pattern in self.deny):
            return False
        return self.allow is None or any(matches(action, pattern) for pattern in self.allow)

    def fault(self, call):
        with self.lock:
            struck = [fault.kind for fault in self.faults if fault.strikes(call)]
        return struck[0] if struck else {}

    def record(self, call, identity, outcome):
        entry = {
            "action": call.action,
            "service": call.service,
            "operation": call.operation,
            "region": call.region,
            "caller": identity.arn,
            "params": call.params,
            "outcome": outcome,
        }
        with self.lock:
            self.log.append(entry)


def matches(action, pattern):
    return fnmatch.fnmatchcase(action.lower(), pattern.lower())
