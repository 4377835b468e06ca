"""What goes wrong on purpose. A fault is data: when it strikes, and how.

{"service", "operation", "region", "params", "after": n, "times": n, "fault": {...}} where the fault is one of
  {"deny": true} · {"throttle": true, "retry_after_ms": n?} · {"code": "X", "status": n, "message": "..."?}
  {"status": n} (a bare 5xx) · {"drop": "before" | "body"} · {"malformed": true} · {"delay_ms": n}
"""

import fnmatch

THROTTLED = {"ec2": ("RequestLimitExceeded", 503), "query": ("Throttling", 400)}
DENIED = {
    "ec2": ("UnauthorizedOperation", 403),
    "query": ("AccessDenied", 403),
    "rest-json": ("AccessDeniedException", 403),
    "json": ("AccessDeniedException", 400),
}
KINDS = {"deny", "throttle", "code", "status", "drop", "malformed", "delay_ms"}


class Fault:
    def __init__(self, data):
        data = dict(data)
        self.kind = data.pop("fault")
        self.after = data.pop("after", 0)
        self.times = data.pop("times", None)
        self.params = data.pop("params", {})
        self.names = {key: data.pop(key, "*") for key in ("service", "operation", "region")}
        self.seen = 0
        if data or not KINDS & self.kind.keys():
            raise ValueError(f"a fault has no such member or kind: {data or self.kind}")

    def strikes(self, call):
        """Whether this call is one of those that fail; counts the ones that match."""
        if not all(fnmatch.fnmatchcase(getattr(call, key), name) for key, name in self.names.items()):
            return False
        if not includes(call.params, self.params):
            return False
        self.seen += 1
        past = self.seen - self.after
        return past > 0 and (self.times is None or past <= self.times)


def includes(params, wanted):
    """Whether the parameters have the wanted ones, members of objects one by one."""
    return all(
        includes(params.get(key) or {}, value) if isinstance(value, dict) else params.get(key) == value
        for key, value in wanted.items()
    )


def denial(call, identity):
    code, status = DENIED[call.protocol]
    message = (
        f"User: {identity.arn} is not authorized to perform: {call.action} because no identity-based policy "
        f"allows the {call.action} action"
    )
    return call.error(code, message, status)


def throttling(call, retry_after_ms):
    code, status = THROTTLED.get(call.protocol, ("ThrottlingException", 429))
    status, headers, body = call.error(code, "Rate exceeded", status)
    if retry_after_ms is not None:
        headers["x-amz-retry-after"] = str(retry_after_ms)
    return status, headers, body
