"""Signature Version 4, recomputed with botocore: what is not validly signed is refused."""

import hashlib
import hmac
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qsl, urlencode, urlsplit

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

CLOCK_SKEW = timedelta(minutes=15)
STAMP = "%Y%m%dT%H%M%SZ"


class Refused(Exception):
    """A request whose signature does not hold."""


def check_header(request, body, identity, scope):
    """Raises Refused unless the Authorization header is this identity's over this very request."""
    _, day, region, service = scope
    fields = dict(
        part.strip().split("=", 1)
        for part in request.headers["Authorization"].split(" ", 1)[1].split(",")
    )
    signed = fields["SignedHeaders"].split(";")
    stamp = request.headers.get("X-Amz-Date", "")
    fresh(stamp, day)
    if "host" not in signed or "x-amz-date" not in signed:
        raise Refused("host and x-amz-date must be signed")
    claimed = request.headers.get("X-Amz-Content-Sha256")
    if claimed and claimed != hashlib.sha256(body).hexdigest():
        raise Refused("x-amz-content-sha256 is not the body's")
    if identity.token and request.headers.get("X-Amz-Security-Token") != identity.token:
        raise Refused("the session token is missing or another one")
    again = AWSRequest(method=request.method, url=raw_url(request), data=body)
    for name in signed:
        again.headers[name] = request.headers.get(name, "")
    expected = header_signature(again, identity, region, service, stamp)
    if not hmac.compare_digest(expected, fields["Signature"]):
        raise Refused("the signature we calculated is another one")


def header_signature(request, identity, region, service, stamp):
    auth = SigV4Auth(Credentials(identity.key, identity.secret), service, region)
    request.context["timestamp"] = stamp
    canonical = auth.canonical_request(request)
    return auth.signature(auth.string_to_sign(request, canonical), request)


def presigned_signature(url, headers, identity):
    """The X-Amz-Signature that botocore gives a presigned GET with the same other parameters."""
    parts = urlsplit(url)
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k != "X-Amz-Signature"]
    values = dict(query)
    _, _, region, service, _ = values["X-Amz-Credential"].split("/")
    bare = parts._replace(query=urlencode(query)).geturl()
    request = AWSRequest(method="GET", url=bare)
    for name in values["X-Amz-SignedHeaders"].split(";"):
        request.headers[name] = headers[name]
    request.context["timestamp"] = values["X-Amz-Date"]
    auth = SigV4QueryAuth(Credentials(identity.key, identity.secret), service, region)
    canonical = auth.canonical_request(request)
    return auth.signature(auth.string_to_sign(request, canonical), request)


def fresh(stamp, day):
    try:
        when = datetime.strptime(stamp, STAMP).replace(tzinfo=timezone.utc)
    except ValueError as error:
        raise Refused("x-amz-date is missing or no date") from error
    if not stamp.startswith(day) or abs(datetime.now(timezone.utc) - when) > CLOCK_SKEW:
        raise Refused("the request was signed at another time")


def raw_url(request):
    """The URL as it was sent: signatures are over the undecoded path."""
    return f"http://{request.host}{request.environ.get('RAW_URI') or request.full_path}"
