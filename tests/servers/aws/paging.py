"""Pages of any operation, from botocore's paginators, in sizes so small that pages really happen."""

import base64
import json

from selection import row_of
from wire import paginator


class BadToken(Exception):
    """A token of another request, or none of ours."""


def tokens(call):
    """(list member, limit, token in, token out, more flag) of an operation, or None if it does not page."""
    table = paginator(call.service, call.operation)
    if table:
        return (
            first(table["result_key"]),
            table.get("limit_key"),
            first(table["input_token"]),
            first(table["output_token"]),
            table.get("more_results"),
        )
    # Newer operations page although botocore has no paginator for them yet.
    output = call.operation_model.output_shape
    accepts = call.operation_model.input_shape
    if output is None or accepts is None:
        return None
    for token, limit in (("NextToken", "MaxResults"), ("nextToken", "maxResults")):
        lists = [name for name, shape in output.members.items() if shape.type_name == "list"]
        if token in output.members and token in accepts.members and len(lists) == 1:
            return lists[0], limit, token, token, None
    return None


def page(call, answer, size):
    """One page of a complete answer."""
    found = tokens(call)
    if found is None or unpaged(call):
        return answer
    member, limit, token_in, token_out, more = found
    everything = answer.get(member)
    if not isinstance(everything, list):
        return answer
    start = offset(call, token_in, limit)
    asked = call.params.get(limit) if limit else None
    end = start + min(int(asked or size), size)
    result = {**answer, member: everything[start:end]}
    result.pop(token_out, None)
    if end < len(everything):
        result[token_out] = seal(end, request_of(call, token_in, limit))
    if more:
        result[more] = end < len(everything)
    return result


def unpaged(call):
    row = row_of(call)
    return bool(row and row.get("ids_unpaged") and call.params.get(row["ids"]["param"]))


def first(name):
    return name[0] if isinstance(name, list) else name


def request_of(call, token_in, limit):
    rest = {k: v for k, v in call.params.items() if k not in (token_in, limit)}
    return json.dumps([call.action, call.region, rest], sort_keys=True, default=str)


def seal(position, request):
    return base64.urlsafe_b64encode(json.dumps([position, request]).encode()).decode()


def offset(call, token_in, limit):
    token = call.params.get(token_in)
    if not token:
        return 0
    try:
        position, request = json.loads(base64.urlsafe_b64decode(token))
    except ValueError as error:
        raise BadToken("no token of ours") from error
    if request != request_of(call, token_in, limit):
        raise BadToken("the token belongs to another request")
    return position
