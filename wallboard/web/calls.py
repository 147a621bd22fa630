"""What does a call take and give? Said beside its endpoint in Python's types; `openapi` reads it aloud."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from msgspec import Meta

from wallboard.core.fields import Text

JSON = "application/json"
# In an address neither control characters nor a slash or backslash stand; nor is a segment `.` or `..`.
Segment = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=256,
        pattern=r"^[^\u0000-\u001f\u007f-\u009f/\\]*[^\u0000-\u001f\u007f-\u009f/\\.][^\u0000-\u001f\u007f-\u009f/\\]*$",
    ),
]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
Types = Mapping[str, Any]  # media type → the Python type that stands in it


@dataclass(frozen=True)
class Query:
    """One parameter of the query. `type` is anything that msgspec has a schema for."""

    name: str
    description: str
    type: Any = Text
    required: bool = False


@dataclass(frozen=True)
class Answer:
    """`type`: of the JSON, or by media type; None: no body."""

    description: str
    type: Any = None

    @property
    def content(self) -> Types:
        return _content(self.type)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One method of one address, hung on its endpoint as a decorator. What every call of its kind may answer besides is
    added by `openapi`.

    `scope`: what the caller needs, several with a space between; "" where any caller will do, None where nobody is
    asked who they are.
    `body`: the type of the JSON, or by media type. `problems`: further statuses with problem+json.
    `path`: types of the address's parameters where they are not just a name.
    """

    summary: str
    scope: str | None
    answers: Mapping[int, Answer]
    description: str = ""
    query: Sequence[Query] = ()
    path: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    body_needed: bool = True
    problems: Sequence[int] = ()

    @property
    def content(self) -> Types:
        return _content(self.body)

    def __call__(self, endpoint: Endpoint) -> Endpoint:
        endpoint.__dict__["call"] = self
        return endpoint


def call_of(endpoint: Any) -> Call | None:
    found = getattr(endpoint, "call", None)
    return found if isinstance(found, Call) else None


def _content(type_: Any) -> Types:
    if type_ is None:
        return {}
    return type_ if isinstance(type_, Mapping) else {JSON: type_}
