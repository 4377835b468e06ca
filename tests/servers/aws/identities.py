"""Who may call: keys, sessions, roles. Keys also say which world a request is about."""

import secrets
from dataclasses import dataclass


@dataclass
class Identity:
    key: str
    secret: str
    token: str | None
    account: str
    arn: str
    expired: bool = False


def issue(account, arn, session=False, expired=False):
    """New credentials; the ASIA ones carry a session token with the characters that need escaping."""
    name = secrets.token_hex(8).upper()
    return Identity(
        key=("ASIA" if session else "AKIA") + name,
        secret=secrets.token_urlsafe(30),
        token=f"session/+={secrets.token_urlsafe(24)}" if session else None,
        account=account,
        arn=arn,
        expired=expired,
    )


def caller_identity(identity):
    return {"Account": identity.account, "Arn": identity.arn, "UserId": identity.key.replace("A", "D", 1)}


def assume(identity, params, roles):
    """(session, answer) of sts:AssumeRole, or None when the world has no such role for the caller."""
    arn = params.get("RoleArn", "")
    role = roles.get(arn)
    if role is None or role.get("external_id") != params.get("ExternalId"):
        return None
    account, name = arn.split(":")[4], arn.rsplit("/", 1)[-1]
    partition = arn.split(":")[1]
    session_arn = f"arn:{partition}:sts::{account}:assumed-role/{name}/{params['RoleSessionName']}"
    session = issue(account, session_arn, session=True)
    answer = {
        "Credentials": {
            "AccessKeyId": session.key,
            "SecretAccessKey": session.secret,
            "SessionToken": session.token,
            "Expiration": "2099-01-01T00:00:00Z",
        },
        "AssumedRoleUser": {"AssumedRoleId": f"AROA:{params['RoleSessionName']}", "Arn": session_arn},
    }
    return session, answer
