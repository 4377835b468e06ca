"""AWS's wire protocols, over moto's parsers and serialisers and botocore's models."""

import functools
import re
import warnings

from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.session import get_session
from moto.core.exceptions import ServiceException
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model

# moto warns of codes that a service's model does not list; AWS itself answers with many such.
warnings.filterwarnings("ignore", module="moto")


class AwsError(ServiceException):
    """An error with any code. (moto takes an exception of its own for one of the service in its module's name.)"""


SCOPE = re.compile(r"Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request")

# botocore's service where it is not the name that requests are signed for.
BY_SIGNING_NAME = {
    "cloudcontrolapi": "cloudcontrol",
    "elasticloadbalancing": "elbv2",
    "elasticfilesystem": "efs",
    "monitoring": "cloudwatch",
    "tagging": "resourcegroupstaggingapi",
}
# The prefix of IAM actions where it is not the name that requests are signed for.
IAM_PREFIX = {"cloudcontrolapi": "cloudformation"}
# Two services share one signing name; the API version in the form tells which is meant.
CLASSIC_ELB = b"Version=2012-06-01"


@functools.cache
def loader():
    return get_session().get_component("data_loader")


@functools.cache
def paginator(service, operation):
    """botocore's paginator of an operation, else None."""
    try:
        table = loader().load_service_model(service, "paginators-1")["pagination"]
    except (DataNotFoundError, UnknownServiceError):
        return None
    return table.get(operation)


@functools.cache
def service_model(service):
    return get_service_model(service)


def signing_name(model):
    return model.metadata.get("signingName") or model.metadata["endpointPrefix"]


def action_of(model, operation):
    """The IAM action that allows an operation."""
    name = signing_name(model)
    return f"{IAM_PREFIX.get(name, name)}:{operation}"


class Call:
    """One request, understood: whose operation it is and with which parameters."""

    def __init__(self, request, body, region, signing):
        name = BY_SIGNING_NAME.get(signing, signing)
        if name == "elbv2" and CLASSIC_ELB in body:
            name = "elb"
        self.service = name
        self.region = region
        self.model = service_model(name)
        self.protocol = determine_request_protocol(self.model, request.content_type)
        self.operation_model, in_path = self._route(request)
        self.operation = self.operation_model.name
        self.action = action_of(self.model, self.operation)
        self.params = PROTOCOL_PARSERS[self.protocol](self.operation_model).parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": body,
                "url_path": request.path,
                "url_params": in_path,
            }
        )

    def _route(self, request):
        target = request.headers.get("X-Amz-Target", "")
        # Clients differ in the namespace before the dot; the last part is the operation for all.
        name = target.rsplit(".", 1)[-1]
        if name and name in self.model.operation_names:
            return self.model.operation_model(name), {}
        return get_service_router(self.service).match(request)

    def answer(self, value):
        serializer = get_serializer_class(self.service, self.protocol)(self.operation_model)
        out = serializer.serialize(value)
        return out["status_code"], dict(out["headers"]), out["body"]

    def error(self, code, message, status):
        error = AwsError(code, message)
        _, headers, body = self.answer(error)
        return status, headers, body
