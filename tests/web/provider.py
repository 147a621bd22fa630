"""An OpenID provider as the tests of sign-in have it: a process of its own on a real port, which trusts its test user.

It gives out what Core 1.0 and RFC 7636 say, and checks it: the secret, the address to go back to, PKCE, each code once.
What a test makes it say wrong stands in `said`, by POST to /spoil.
"""

import base64
import hashlib
import hmac
import json
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode

import httpx
import uvicorn
from joserfc import jwk, jwt
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "wallboard", "a secret: with +, % and /"
USER = {"sub": "u-17", "name": "Iryna Koval", "groups": ["staff", "wallboard-leads"], "teams": ["one"]}


class Provider:
    """`said`: what is other than it should be: `claims` to replace, `key` of somebody else, `alg` none, `issuer`."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key = jwk.RSAKey.generate_key(2048, auto_kid=True)
        self.others: dict[str, Any] = {
            "ES256": jwk.ECKey.generate_key("P-256", auto_kid=True),
            "ES512": jwk.ECKey.generate_key("P-521", auto_kid=True),
            "EdDSA": jwk.OKPKey.generate_key("Ed25519", auto_kid=True),
        }
        self.foreign: dict[str, Any] = {  # nobody's
            "RS256": jwk.RSAKey.generate_key(2048), "ES256": jwk.ECKey.generate_key("P-256"),
            "ES512": jwk.ECKey.generate_key("P-521"), "EdDSA": jwk.OKPKey.generate_key("Ed25519"),
        }  # fmt: skip
        self.codes: dict[str, dict[str, str]] = {}
        self.said: dict[str, Any] = {}

    async def discovery(self, request: Request) -> Response:
        return JSONResponse({
            "issuer": self.said.get("issuer", self.issuer), "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": self.said.get("token_endpoint", f"{self.issuer}/token"),
            "jwks_uri": f"{self.issuer}/jwks", "token_endpoint_auth_methods_supported": self.ways,
        })  # fmt: skip

    @property
    def ways(self) -> list[str]:
        return [self.said.get("way", "client_secret_basic")]

    async def jwks(self, request: Request) -> Response:
        keys = [one.as_dict(private=False) for one in (self.key, *self.others.values())]
        return JSONResponse({"keys": [*keys, {"kty": "AKP", "kid": "of tomorrow"}]})

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if (asked["client_id"], asked["response_type"]) != (CLIENT, "code") or asked["code_challenge_method"] != "S256":
            return PlainTextResponse("no such client", 400)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        told = {"state": asked["state"], **({"error": "access_denied"} if self.said.get("denies") else {"code": code})}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(told)}", 302)

    async def token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        if "redirect" in self.said:
            return RedirectResponse(f"{self.issuer}/elsewhere", 307)
        if "answers" in self.said:
            return Response(self.said["answers"], self.said.get("status", 200))
        if self._client(request, form) != (CLIENT, SECRET):
            return JSONResponse({"error": "invalid_client"}, 401)
        asked = self.codes.pop(form["code"], None)
        challenge = _text(hashlib.sha256(form["code_verifier"].encode()).digest())
        wanted = asked and (asked["redirect_uri"], asked["code_challenge"])
        if asked is None or wanted != (form["redirect_uri"], challenge):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": self.id_token(asked["nonce"])})

    def _client(self, request: Request, form: dict[str, str]) -> tuple[str, ...]:
        if self.ways == ["client_secret_post"]:
            return form["client_id"], form["client_secret"]
        pair = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        return tuple(unquote_plus(one) for one in pair.split(":"))

    def id_token(self, nonce: str) -> str:
        now_s = int(time.time())
        own = {"iss": self.issuer, "aud": CLIENT, "iat": now_s, "exp": now_s + 300, "nonce": nonce}
        claims = {
            name: value for name, value in (USER | own | self.said.get("claims", {})).items() if value is not None
        }
        alg = self.said.get("alg", "RS256")
        if alg in ("none", "HS256"):  # HS256: with the public key, which everybody has, taken for a shared secret
            head = json.dumps({"alg": alg, "kid": self.key.kid})
            signed = f"{_text(head.encode())}.{_text(json.dumps(claims).encode())}"
            mac = hmac.digest(self.key.as_pem(private=False), signed.encode(), "sha256") if alg == "HS256" else b""
            return f"{signed}.{_text(mac)}"
        shown = self.others.get(alg, self.key)
        signing = self.foreign.get(alg, self.foreign["RS256"]) if self.said.get("key") == "foreign" else shown
        return jwt.encode({"alg": alg, "kid": shown.kid}, claims, signing, algorithms=[alg])

    async def spoil(self, request: Request) -> Response:
        self.said = await request.json()
        return JSONResponse({})


def _text(given: bytes) -> str:
    return base64.urlsafe_b64encode(given).rstrip(b"=").decode()


def app_of(issuer: str) -> Starlette:
    provider = Provider(issuer)
    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", provider.discovery),
            Route("/jwks", provider.jwks),
            Route("/authorize", provider.authorize),
            Route("/token", provider.token, methods=["POST"]),
            Route("/spoil", provider.spoil, methods=["POST"]),
        ]
    )


@contextmanager
def running(port: int) -> Iterator[str]:
    """The issuer's address, until its process is ended."""
    process = subprocess.Popen([sys.executable, __file__, str(port)])
    issuer = f"http://127.0.0.1:{port}"
    try:
        until_s = time.monotonic() + 30
        while True:
            try:
                httpx.get(f"{issuer}/jwks").raise_for_status()
                break
            except httpx.TransportError:
                assert process.poll() is None, "the provider ended before it answered"
                assert time.monotonic() < until_s, "the provider does not answer"
                time.sleep(0.05)
        yield issuer
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    own_port = int(sys.argv[1])
    uvicorn.run(app_of(f"http://127.0.0.1:{own_port}"), host="127.0.0.1", port=own_port, log_level="warning")
