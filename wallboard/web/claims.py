"""Who does the OpenID provider say that this is? Its answer is believed whole, or not at all.

    code ─▶ token endpoint ─▶ id_token ─▶ signed by one of its keys ─▶ iss, aud, azp, exp, iat, nonce ─▶ claims

Nothing that it sends leads elsewhere: no redirects, https for every address (but where the file itself says http).
"""

import asyncio
import base64
from typing import Any, TypeVar
from urllib.parse import quote_plus, urlencode, urlsplit

import httpcore
import msgspec
import structlog
from msgspec import Struct

from wallboard.provider import Provider
from wallboard.web.problems import Problem

ANSWER_S = 10.0
ANSWER_BYTES = 1 << 20
KEEP_S = 600.0  # the provider's addresses; its keys are asked for at each sign-in, so a new one counts at once
AT_ONCE = 16  # questions to the provider; more people are asked to try again
LEEWAY_S = 60  # by so much its clock may differ from ours
LONGEST_SUBJECT = 255
# Public keys only: neither `none`, nor a secret that a public key could be mistaken for.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"]
_KINDS = ("RSA", "EC", "OKP")
_BASIC, _POST = "client_secret_basic", "client_secret_post"
_BY_LINK = "Try again in a minute, or sign in with a link of an administrator."
_AGAIN = "Open the sign-in page and try again."

log = structlog.get_logger("web")
T = TypeVar("T")


class Addresses(Struct):
    """What is used of the discovery document (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = (_BASIC,)


class _Token(Struct):
    id_token: str


class _Keys(Struct):
    keys: list[dict[str, Any]]


class _Refusal(Struct):
    error: str = ""


class Asked:
    """One provider. Every method raises Problem 503 where it does not answer as it should; the log says why."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._known: tuple[float, Addresses] | None = None
        self._asking = 0

    async def addresses(self) -> Addresses:
        now_s = asyncio.get_running_loop().time()
        if self._known and now_s < self._known[0]:
            return self._known[1]
        url = self._provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = self._read(await self._ask(url), Addresses, url)
        if found.issuer != self._provider.issuer:
            raise self._silent(f"it calls itself {found.issuer!r}: write that as `issuer`")
        for one in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
            if not self._may_be_asked(one):
                raise self._silent(f"its address {one!r} is not https")
        self._known = (now_s + KEEP_S, found)
        return found

    async def claims(self, code: str, verifier: str, nonce: str, back: str, now_s: int) -> dict[str, Any]:
        """Of whoever the provider gave this code for. Raises Problem 403 where its word cannot be believed."""
        at = await self.addresses()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        answer = await self._ask(at.token_endpoint, *self._proven(form, at.token_endpoint_auth_methods_supported))
        token = self._read(answer, _Token, at.token_endpoint)
        keys = self._read(await self._ask(at.jwks_uri), _Keys, at.jwks_uri)
        return verified(self._provider, token.id_token, keys.keys, nonce, now_s)

    def _proven(self, form: dict[str, str], ways: tuple[str, ...]) -> tuple[dict[str, str], dict[str, str]]:
        """Form and headers that prove who we are (RFC 6749, 2.3.1)."""
        name, secret = self._provider.client_id, self._provider.client_secret or ""
        if _POST in ways and _BASIC not in ways:
            return form | {"client_id": name, "client_secret": secret}, {}
        pair = base64.b64encode(f"{quote_plus(name)}:{quote_plus(secret)}".encode()).decode()
        return form, {"authorization": f"Basic {pair}"}

    async def _ask(self, url: str, form: dict[str, str] | None = None, more: dict[str, str] | None = None) -> bytes:
        if self._asking >= AT_ONCE:
            raise self._silent("too many sign-ins wait for it")
        self._asking += 1
        try:
            async with asyncio.timeout(ANSWER_S):
                status, body = await _exchange(url, form, more or {})
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
            raise self._silent(str(error) or type(error).__name__) from None
        except (httpcore.UnsupportedProtocol, httpcore.ConnectionNotAvailable, UnicodeError, ValueError) as error:
            raise self._silent(f"{url}: {error}") from None
        finally:
            self._asking -= 1
        if status == 200 and len(body) <= ANSWER_BYTES:
            return body
        if form and 400 <= status < 500:
            raise self._refused(status, body)
        raise self._silent(f"{url} answers {status}" if status != 200 else f"{url} answers with over a MiB")

    def _read(self, body: bytes, kind: type[T], url: str) -> T:
        try:
            return msgspec.json.decode(body, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise self._silent(f"{url}: {error}") from None

    def _may_be_asked(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            return False
        return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and not self._provider.encrypted))

    def _refused(self, status: int, body: bytes) -> Problem:
        try:
            said = msgspec.json.decode(body, type=_Refusal).error[:100]
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            said = ""
        log.warning("the OpenID provider takes no code", status=status, error=said)
        if said == "invalid_grant":
            return Problem(403, f"{self._provider.called} takes this sign-in no more: it was used or is old. {_AGAIN}")
        return Problem(
            403, f"{self._provider.called} does not know this wallboard: an administrator finds in the log why."
        )

    def _silent(self, reason: str) -> Problem:
        log.warning("the OpenID provider is of no use", issuer=self._provider.issuer, reason=reason)
        detail = f"{self._provider.called} does not answer as it should, so it cannot say who you are. {_BY_LINK}"
        return Problem(503, detail, headers={"retry-after": "60"})


async def _exchange(url: str, form: dict[str, str] | None, more: dict[str, str]) -> tuple[int, bytes]:
    """Status and body; one that is too long is cut off behind ANSWER_BYTES."""
    headers = {"accept": "application/json", "host": urlsplit(url).netloc} | more
    content = urlencode(form).encode() if form else None
    if content is not None:
        headers |= {"content-type": "application/x-www-form-urlencoded", "content-length": str(len(content))}
    limits = dict.fromkeys(("connect", "read", "write", "pool"), ANSWER_S)
    async with httpcore.AsyncConnectionPool() as pool, pool.stream(
        "POST" if form else "GET", url, headers=list(headers.items()), content=content, extensions={"timeout": limits}
    ) as answer:  # fmt: skip
        body = b""
        async for part in answer.aiter_stream():
            body += part
            if len(body) > ANSWER_BYTES:
                break
        return answer.status, body


def verified(provider: Provider, id_token: str, keys: list[dict[str, Any]], nonce: str, now_s: int) -> dict[str, Any]:
    """The claims (OpenID Connect Core 1.0, section 3.1.3.7). Raises Problem 403."""
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    signing = [one for one in keys if one.get("kty") in _KINDS and one.get("use", "sig") == "sig"]
    asked = {"iss": provider.issuer, "aud": provider.client_id, "nonce": nonce}
    registry = jwt.JWTClaimsRegistry(
        now=now_s,
        leeway=LEEWAY_S,
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        **{name: {"essential": True, "value": value} for name, value in asked.items()},  # type: ignore[arg-type]
    )
    try:
        claims = jwt.decode(id_token, KeySet.import_key_set({"keys": signing}), algorithms=ALGORITHMS).claims
        registry.validate(claims)
        if claims.get("azp", provider.client_id) != provider.client_id:
            raise ValueError("azp: it was made for somebody else")
        if len(claims["sub"]) > LONGEST_SUBJECT:
            raise ValueError(f"sub: longer than {LONGEST_SUBJECT} characters")
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        log.warning("what the OpenID provider signed is not believed", reason=str(error)[:200])
        raise Problem(403, f"What {provider.called} says of you could not be verified. {_AGAIN}") from None
    return claims
