"""A webhook token authenticator: an EKS token is a presigned sts:GetCallerIdentity, checked as EKS does."""

import base64
import binascii
import hmac
import re
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qsl, urlsplit

from signature import STAMP, Refused, presigned_signature

PREFIX = "k8s-aws-v1."
HOST = re.compile(r"sts\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?")
LIFETIME = timedelta(minutes=15)
CLUSTER_HEADER = "x-k8s-aws-id"
QUERY = {
    "Action", "Version", "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires",
    "X-Amz-SignedHeaders", "X-Amz-Signature", "X-Amz-Security-Token",
}  # fmt: skip


def review(request, cluster, keys):
    """An authentication.k8s.io/v1 TokenReview with its status."""
    try:
        status = {"authenticated": True, "user": user(request["spec"]["token"], cluster, keys)}
    except Refused as error:
        status = {"authenticated": False, "error": str(error)}
    return {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "status": status}


def user(token, cluster, keys):
    url, values = presigned(token)
    region = endpoint_region(url)
    key, day, scope_region, service, _ = (values["X-Amz-Credential"].split("/") + [""] * 5)[:5]
    if (scope_region, service) != (region, "sts"):
        raise Refused("the token is signed for another region or service")
    if key not in keys:
        raise Refused("no such access key")
    identity, world = keys[key]
    if identity.expired or values.get("X-Amz-Security-Token") != identity.token:
        raise Refused("the session token is expired, missing or another one")
    young(values, day)
    if CLUSTER_HEADER not in values["X-Amz-SignedHeaders"].split(";"):
        raise Refused("the token names no cluster")
    headers = {"host": urlsplit(url).netloc, CLUSTER_HEADER: cluster}
    if not hmac.compare_digest(presigned_signature(url, headers, identity), values["X-Amz-Signature"]):
        raise Refused("the signature does not hold: another secret, or another cluster's token")
    mapped = world.users.get(identity.arn)
    if mapped is None:
        raise Refused(f"{identity.arn} has no access entry")
    return {"username": mapped["username"], "groups": mapped.get("groups", []), "uid": identity.arn}


def presigned(token):
    if not token.startswith(PREFIX):
        raise Refused(f"an EKS token begins with {PREFIX}")
    text = token.removeprefix(PREFIX)
    if "=" in text:
        raise Refused("an EKS token has no padding")
    try:
        url = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Refused("the token is no base64url") from error
    values = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    if values.get("Action") != "GetCallerIdentity" or values.get("Version") != "2011-06-15":
        raise Refused("the token is not for GetCallerIdentity")
    strange = set(values) - QUERY
    needed = QUERY - {"X-Amz-Security-Token"} - set(values)
    if strange or needed:
        raise Refused(f"unexpected or missing parameters: {sorted(strange | needed)}")
    return url, values


def endpoint_region(url):
    parts = urlsplit(url)
    found = HOST.fullmatch(parts.netloc)
    if parts.scheme != "https" or parts.path != "/" or not found:
        raise Refused(f"the token is not for a regional STS endpoint: {parts.scheme}://{parts.netloc}{parts.path}")
    return found[1]


def young(values, day):
    try:
        signed = datetime.strptime(values["X-Amz-Date"], STAMP).replace(tzinfo=timezone.utc)
        expires = int(values["X-Amz-Expires"])
    except ValueError as error:
        raise Refused("the token has no date") from error
    if not values["X-Amz-Date"].startswith(day) or not 0 < expires <= LIFETIME.total_seconds():
        raise Refused("the token's dates do not agree")
    age = datetime.now(timezone.utc) - signed
    # EKS itself accepts tokens for 15 minutes, whatever X-Amz-Expires says.
    if not -timedelta(minutes=5) <= age <= LIFETIME:
        raise Refused("the token is expired")
