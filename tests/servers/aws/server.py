#!/usr/bin/env python3
"""The AWS endpoint of the test-suite: real wire formats over botocore's models, answers from worlds.

Prints {"endpoint": "http://127.0.0.1:PORT"} and serves until its standard input ends.
POST /_worlds         loads a world; answers the key pair that speaks to it
POST /_worlds/KEY     {"allow", "deny", "faults"}: changes these and empties the log
GET  /_worlds/KEY     the log
POST /tokenreview/CLUSTER   a Kubernetes webhook token authenticator for EKS tokens
Anything else is AWS, and must be signed.
"""

import json
import os
import sys
import threading
import time

from moto.core.request import Request
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response

import faults
import identities
import paging
import selection
import signature
import tokenreview
from wire import SCOPE, Call
from world import World

REFUSED = {
    "expired": {"query": "ExpiredToken", "ec2": "RequestExpired", "json": "ExpiredTokenException"},
    "unknown": {"query": "InvalidClientTokenId", "ec2": "AuthFailure", "json": "UnrecognizedClientException"},
    "signature": {"query": "SignatureDoesNotMatch", "ec2": "AuthFailure", "json": "InvalidSignatureException"},
}


class Endpoint:
    def __init__(self):
        self.keys = {}

    def world(self, data):
        world = World(data)
        self.keys[world.owner.key] = (world.owner, world)
        owner = world.owner
        return {"access_key_id": owner.key, "secret_access_key": owner.secret, "session_token": owner.token}

    def control(self, request, body):
        name = request.path.removeprefix("/_worlds").strip("/")
        try:
            if not name:
                return as_json(self.world(json.loads(body)))
            world = self.keys[name][1]
            if request.method == "POST":
                world.control(json.loads(body))
            return as_json(world.log)
        except (ValueError, KeyError) as error:
            return as_json({"error": str(error)}, 400)

    def aws(self, request, body):
        """(status, headers, body) of one AWS request, or a Dropped connection."""
        found = SCOPE.search(request.headers.get("Authorization", ""))
        if not found:
            return 403, {}, "MissingAuthenticationToken: the request is not signed"
        key, _, region, signing = found.groups()
        call = Call(request, body, region, signing)
        if key not in self.keys:
            return refuse(call, "unknown", "The security token included in the request is invalid.")
        identity, world = self.keys[key]
        try:
            signature.check_header(request, body, identity, found.groups())
        except signature.Refused as error:
            world.record(call, identity, "bad signature")
            return refuse(call, "signature", str(error))
        if identity.expired:
            world.record(call, identity, "expired")
            return refuse(call, "expired", "The security token included in the request is expired")
        if world.regions is not None and region not in world.regions:
            world.record(call, identity, "region disabled")
            return refuse(call, "unknown", "The security token included in the request is invalid.")
        return self.reply(call, identity, world)

    def reply(self, call, identity, world):
        fault = world.fault(call)
        time.sleep(fault.get("delay_ms", 0) / 1000)
        if fault.get("deny") or not allowed(world, call):
            world.record(call, identity, "denied")
            return faults.denial(call, identity)
        if call.protocol == "ec2" and call.params.get("DryRun"):
            world.record(call, identity, "dry run")
            return call.error("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
        if "drop" in fault or "malformed" in fault:
            return self.broken(call, identity, world, fault)
        if "throttle" in fault:
            world.record(call, identity, "throttled")
            return faults.throttling(call, fault.get("retry_after_ms"))
        if "code" in fault:
            world.record(call, identity, fault["code"])
            return call.error(fault["code"], fault.get("message", fault["code"]), fault.get("status", 400))
        if "status" in fault:
            world.record(call, identity, str(fault["status"]))
            return fault["status"], {"Content-Type": "text/html"}, "<html>it is not us, it is the balancer</html>"
        return self.answered(call, identity, world)

    def broken(self, call, identity, world, fault):
        status, headers, body = self.answered(call, identity, world, "broken")
        half = body[: max(1, len(body) // 2)]
        if "malformed" in fault:
            return status, headers, half
        raise Dropped(b"" if fault["drop"] == "before" else preamble(body) + half.encode())

    def answered(self, call, identity, world, outcome="answered"):
        if call.service == "sts":
            return self.sts(call, identity, world)
        entry = world.answer(call)
        if entry is None:
            world.record(call, identity, "no answer in this world")
            return call.error("UnknownOperationException", f"this world has no answer for {call.action}", 501)
        if "error" in entry:
            error = entry["error"]
            world.record(call, identity, error["code"])
            return call.error(error["code"], error.get("message", error["code"]), error.get("status", 400))
        try:
            answer = paging.page(call, selection.select(call, entry["answer"]), world.page_size)
        except selection.NotThere as error:
            world.record(call, identity, error.code)
            return call.error(error.code, str(error), 400)
        except selection.Combination as error:
            world.record(call, identity, "bad combination")
            return call.error("InvalidParameterCombination", str(error), 400)
        except paging.BadToken as error:
            world.record(call, identity, "bad token")
            return call.error("InvalidParameterException", str(error), 400)
        world.record(call, identity, outcome)
        return call.answer(answer)

    def sts(self, call, identity, world):
        if call.operation == "GetCallerIdentity":
            world.record(call, identity, "answered")
            return call.answer(identities.caller_identity(identity))
        session = identities.assume(identity, call.params, world.roles)
        if session is None:
            world.record(call, identity, "denied")
            return faults.denial(call, identity)
        self.keys[session[0].key] = (session[0], world)
        world.record(call, identity, "answered")
        return call.answer(session[1])

    def __call__(self, environ, start_response):
        request = Request(environ)
        body = request.get_data()
        try:
            response = self.route(request, body)
        except Dropped as dropped:
            # werkzeug must believe it answered; its bytes reach nobody.
            start_response("500 dropped", [])
            return hang_up(environ, dropped.sent)
        return response(environ, start_response)

    def route(self, request, body):
        if request.path.startswith("/_worlds"):
            return self.control(request, body)
        if request.path.startswith("/tokenreview/"):
            cluster = request.path.removeprefix("/tokenreview/")
            return as_json(tokenreview.review(json.loads(body), cluster, self.keys))
        try:
            status, headers, text = self.aws(request, body)
        except Dropped:
            raise
        except Exception as error:  # a request that our parsers do not understand is the client's fault
            return Response(f"{type(error).__name__}: {error}", 404)
        headers["x-amzn-requestid"] = "00000000-0000-4000-8000-000000000000"
        return Response(text, status, headers=headers)


class Dropped(Exception):
    def __init__(self, sent):
        super().__init__("the connection ends here")
        self.sent = sent


def allowed(world, call):
    """GetCallerIdentity needs no permission and cannot be denied."""
    return call.action == "sts:GetCallerIdentity" or world.allows(call.action)


def refuse(call, why, message):
    codes = REFUSED[why]
    return call.error(codes.get(call.protocol, codes["json"]), message, 401 if call.protocol == "ec2" else 403)


def as_json(value, status=200):
    return Response(json.dumps(value, default=str), status, mimetype="application/json")


def preamble(body):
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body.encode())}\r\n\r\n".encode()


def hang_up(environ, sent):
    socket = environ["werkzeug.socket"]
    if sent:
        socket.sendall(sent)
    socket.shutdown(2)
    return []


class Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type, message, *args):
        """Quiet: the log that matters is the world's."""


def main():
    server = make_server("127.0.0.1", 0, Endpoint(), threaded=True, request_handler=Handler)
    print(json.dumps({"endpoint": f"http://127.0.0.1:{server.port}"}), flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.buffer.read()
    # The tests are over, or died: requests in flight are nobody's any more.
    os._exit(0)


if __name__ == "__main__":
    main()
