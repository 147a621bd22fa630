"""What does this server take and give? OpenAPI 3.1 of the routes, and `/docs`, which reads it aloud."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from wallboard import __version__
from wallboard.web.bodies import EVENTS_AT_MOST
from wallboard.web.wiring import parts_of

_JSON = "application/json"


def document() -> dict[str, Any]:
    """Every path with its methods; a test compares it with the routes."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Wallboard",
            "version": __version__,
            "description": "Events in, the floor's state out; errors are problem+json (RFC 9457).",
        },
        "paths": _PATHS,
        "components": {"securitySchemes": _SCHEMES, "schemas": _SCHEMAS},
        "security": [{"token": []}, {"session": []}],
    }


def openapi(request: Request) -> Response:
    return Response(msgspec.json.encode(document()), media_type=_JSON)


class DocsPage:
    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def show(self, request: Request) -> Response:
        return self._templates.TemplateResponse(request, "docs.html", {"api": document(), "base": _base(request)})


def _base(request: Request) -> str:
    """What stands before the path in an example that works when it is copied."""
    return parts_of(request).config.server.public_url or f"http://{request.headers['host']}"


def _problem(*statuses: int) -> dict[str, Any]:
    said = {
        400: "Not JSON, or a mistake in the query; nothing was taken.",
        401: "No token and no session, or one that is not good any more.",
        403: "The scope is missing, or another site's page asked.",
        404: "There is no such thing; `did_you_mean` has near names.",
        408: "The body did not arrive in time.",
        409: "It contradicts what stands; `detail` says how.",
        412: "It is not what If-Match names any more; the ETag header says what it is now.",
        413: f"The body is too long; of events over 1 MiB or over {EVENTS_AT_MOST}.",
        415: "A Content-Type that is not taken here.",
        428: "If-Match or If-None-Match is missing.",
        422: "There is no such number or window; `did_you_mean` has near names.",
        429: "Too much; Retry-After says when to come again.",
        503: "Redis does not answer, or the state is being loaded; Retry-After says when to come again.",
    }
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {str(status): {"description": said[status], "content": problem} for status in statuses}


def _ok(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {_JSON: {"schema": schema}}}


def _query(name: str, description: str, kind: str = "string") -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": {"type": kind}}


_OBJECT = {"type": "object"}
_NAMES = {"type": "array", "maxItems": 1000, "items": {"type": "string"}}
_EVENT = {
    "type": "object",
    "required": ["type"],
    "properties": {"type": {"type": "string", "examples": ["contact.queued"]}},
    "description": "One event of the vocabulary; docs/events.schema.json has every type.",
}
_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": "wallboard-session"},
}
_SCHEMAS = {
    "Event": _EVENT,
    "Taken": {
        "type": "object",
        "required": ["accepted", "duplicate", "rejected"],
        "properties": {
            "accepted": {"type": "integer"},
            "duplicate": {"type": "integer"},
            "rejected": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["index", "at", "error"],
                    "properties": {
                        "index": {"type": "integer"},
                        "at": {"type": "string", "examples": ["$[3].queue"]},
                        "error": {"type": "string"},
                    },
                },
            },
        },
    },
    "Notice": {
        "type": "object",
        "required": ["text"],
        "additionalProperties": False,
        "properties": {
            "text": {"type": "string", "minLength": 1, "maxLength": 1000},
            "id": {"type": "string", "maxLength": 256},
            "level": {"enum": ["info", "good", "warning", "critical"], "default": "info"},
            "boards": _NAMES,
            "queues": _NAMES,
            "teams": _NAMES,
            "mark": {"type": "boolean", "description": "Also drawn on trend charts."},
            "until": {
                "type": ["string", "integer"],
                "description": "An instant, a time such as 15m or 1h, or shift.",
                "examples": ["1h", "shift", "2026-11-23T18:00:00+02:00"],
            },
        },
    },
    "Ghost": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "contact": {"type": "string", "maxLength": 256},
            "source": {"type": "string", "description": "Of the contact, where several have one of this name."},
            "agent": {"type": "string", "maxLength": 256, "description": "Instead of contact: an id of the state."},
            "note": {"type": "string", "maxLength": 1000},
        },
    },
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "What to do."},
            "at": {"type": "string", "description": "Where in the body or the query, as a path."},
            "did_you_mean": {"type": "array", "items": {"type": "string"}, "description": "Near names."},
        },
    },
}
_WRITTEN = {"application/toml": {"schema": {"type": "string"}}, _JSON: {"schema": _OBJECT}}
_BOARD = {"name": "board", "in": "path", "required": True, "schema": {"type": "string"}}
_REVISION = {"name": "revision", "in": "path", "required": True, "schema": {"type": "integer"}}
_TAKEN = {"$ref": "#/components/schemas/Taken"}
_BODY = {
    "required": True,
    "content": {
        _JSON: {
            "schema": {
                "oneOf": [
                    {"$ref": "#/components/schemas/Event"},
                    {
                        "type": "array",
                        "maxItems": EVENTS_AT_MOST,
                        "items": {"$ref": "#/components/schemas/Event"},
                    },
                ]
            }
        },
        "application/x-ndjson": {"schema": {"type": "string"}},
        "application/cloudevents+json": {"schema": _OBJECT},
        "application/cloudevents-batch+json": {"schema": {"type": "array", "items": _OBJECT}},
    },
}
_PATHS: dict[str, Any] = {
    "/api/v1/events": {
        "post": {
            "summary": "Send events",
            "description": "Scope events:write. Safe to repeat where events carry an id.",
            "parameters": [
                _query("dry_run", "Only check; answers 200 instead of 202.", "boolean"),
                _query("from", "Raw lines of a recorded format, e.g. asterisk-queue-log."),
            ],
            "requestBody": _BODY,
            "responses": {
                "200": _ok("A dry run: what would have been taken.", _TAKEN),
                "202": _ok("What is accepted stands in the stream.", _TAKEN),
                "422": _ok("Every item was refused.", _TAKEN),
                **_problem(400, 401, 403, 408, 413, 415, 429, 503),
            },
        }
    },
    "/api/v1/state": {
        "get": {
            "summary": "The state of the floor",
            "description": "Scope state:read. Whole without a filter.",
            "parameters": [
                _query("board", "As this board shows it."),
                _query("queue", "This queue and what belongs to it."),
            ],
            "responses": {
                "200": _ok("The state document.", _OBJECT),
                "304": {"description": "Unchanged since the ETag in If-None-Match."},
                **_problem(400, 401, 403, 404, 503),
            },
        }
    },
    "/api/v1/explain": {
        "get": {
            "summary": "Why a number is what it is",
            "description": "Scope state:read. One of queue, group and agent, unless metric is kpi.NAME. Its sentences "
            "are in the first language of Accept-Language that there is (en, uk, ru, pl). docs/explain.md.",
            "parameters": [
                _query("metric", "A number of the state document, such as service_level."),
                _query("window", "now, m15, m30, m60, shift or day; default now or day."),
                _query("queue", "Of this queue."),
                _query("group", "Of this group: all, team:NAME, site:NAME or a board's set."),
                _query("agent", "Of this person: scope people:read, or a lead's board."),
                _query("board", "As this board's audience may see it."),
            ],
            "responses": {
                "200": _ok("Formula, parts, exclusions, age, visits.", _OBJECT),
                **_problem(400, 401, 403, 404, 422, 503),
            },
        }
    },
    "/api/v1/floor": {
        "get": {
            "summary": "Who waits in a queue",
            "description": "Scope people:read. The first 50, the longest wait first.",
            "parameters": [_query("queue", "Of this queue.") | {"required": True}],
            "responses": {
                "200": _ok("now, total, and who waits.", _OBJECT),
                **_problem(400, 401, 403, 404, 422, 503),
            },
        }
    },
    "/api/v1/floor/close": {
        "post": {
            "summary": "Close a ghost",
            "description": "Scope people:read. A contact or a person that a source forgot to end: an open contact ends "
            "as lost; a person is signed out, and the contacts that nobody else talks to end too. docs/floor.md.",
            "requestBody": {"required": True, "content": {_JSON: {"schema": {"$ref": "#/components/schemas/Ghost"}}}},
            "responses": {
                "202": _ok("It is in the stream; `closed` names what ends.", _OBJECT),
                **_problem(400, 401, 403, 404, 408, 409, 413, 422, 503),
            },
        }
    },
    "/api/v1/history": {
        "get": {
            "summary": "Past intervals of a queue, a group or an agent",
            "description": "Scope state:read. One of queue, group and agent. Without a time the running business day. "
            "With Accept: text/csv a table. docs/history.md.",
            "parameters": [
                _query("queue", "Of this queue."),
                _query("group", "Of this group: all, team:NAME or site:NAME."),
                _query("agent", "Of this person: scope people:read."),
                _query("metric", "Numbers over time, separated by commas; default the usual ones."),
                _query("day", "A business day, such as 2026-11-23."),
                _query("from", "An instant (RFC 3339) instead of a day."),
                _query("to", "An instant; intervals that begin before it."),
                _query("step", "15m (default), 30m, 1h or 1d."),
                _query("by", "event (default): when it happened; offer: all of a visit where it was offered."),
            ],
            "responses": {
                "200": {
                    "description": "A row a step.",
                    "content": {"application/json": {"schema": _OBJECT}, "text/csv": {"schema": {"type": "string"}}},
                },
                **_problem(400, 401, 403, 404, 422, 503),
            },
        }
    },
    "/api/v1/boards": {
        "get": {
            "summary": "The boards",
            "description": "Scope state:read. Each with its title, its audience, where it stands (`origin`: file, "
            "editor or shipped), whether it is `writable`, and its `etag`.",
            "responses": {"200": _ok("`boards`.", _OBJECT), **_problem(401, 403, 503)},
        }
    },
    "/api/v1/boards/{board}": {
        "get": {
            "summary": "A board as it is written",
            "description": "Scope state:read. As JSON, or with Accept: application/toml as the text with its comments.",
            "parameters": [_BOARD],
            "responses": {
                "200": {"description": "The board, with its ETag.", "content": _WRITTEN},
                "304": {"description": "Unchanged since the ETag in If-None-Match."},
                **_problem(401, 403, 404, 409, 503),
            },
        },
        "put": {
            "summary": "Write a board",
            "description": "Scope boards:write; admin where it says more of people than before. With If-Match, or "
            "If-None-Match: * for a new one. JSON is written into the text that stands: comments stay. docs/boards.md.",
            "parameters": [_BOARD],
            "requestBody": {"required": True, "content": _WRITTEN},
            "responses": {
                "200": _ok("Written. `warnings` as `wallboard check` has them.", _OBJECT),
                "201": _ok("Made.", _OBJECT),
                **_problem(400, 401, 403, 404, 408, 409, 412, 413, 415, 422, 428, 503),
            },
        },
        "delete": {
            "summary": "Take a board away",
            "description": "Scope boards:write. With If-Match. Its revisions stay.",
            "parameters": [_BOARD],
            "responses": {"200": _ok("Gone.", _OBJECT), **_problem(401, 403, 404, 409, 412, 428, 503)},
        },
    },
    "/api/v1/boards/{board}/revisions": {
        "get": {
            "summary": "What a board was",
            "description": "Scope boards:write. The last 100, the newest first: `revision`, `at`, `who`.",
            "parameters": [_BOARD],
            "responses": {"200": _ok("`revisions`.", _OBJECT), **_problem(401, 403, 404, 503)},
        }
    },
    "/api/v1/boards/{board}/revisions/{revision}": {
        "get": {
            "summary": "One revision of a board",
            "description": "Scope boards:write. As the board itself.",
            "parameters": [_BOARD, _REVISION],
            "responses": {
                "200": {"description": "The board as it was.", "content": _WRITTEN},
                **_problem(401, 403, 404, 409, 503),
            },
        }
    },
    "/api/v1/boards/{board}/revisions/{revision}/restore": {
        "post": {
            "summary": "A board as it was",
            "description": "Scope boards:write. Writes that revision's text again; conditions as for PUT.",
            "parameters": [_BOARD, _REVISION],
            "responses": {
                "200": _ok("Written.", _OBJECT),
                "201": _ok("Made anew.", _OBJECT),
                **_problem(401, 403, 404, 409, 412, 422, 428, 503),
            },
        }
    },
    "/api/v1/boards/{board}/series": {
        "get": {
            "summary": "A board's number over the day",
            "description": "Scope state:read. What a tile `trend` draws: quarters of an hour of the running business "
            "day, and of the same weekday a week before at the same time of day. docs/boards.md.",
            "parameters": [
                {"name": "board", "in": "path", "required": True, "schema": {"type": "string"}},
                _query("tile", "The tile's place on the board, from 0.", "integer"),
            ],
            "responses": {
                "200": _ok("`rows`, `before`, and `since` where the day was not seen whole.", _OBJECT),
                **_problem(400, 401, 403, 404, 503),
            },
        }
    },
    "/api/v1/alerts": {
        "get": {
            "summary": "Open alerts",
            "description": "Scope state:read. `text` is in the first language of Accept-Language. docs/alerts.md.",
            "responses": {
                "200": _ok("`open`, the gravest first, and `over`, the last ones that ended.", _OBJECT),
                **_problem(401, 403),
            },
        }
    },
    "/api/v1/alerts/{alert}/{verb}": {
        "post": {
            "summary": "Act on an alert",
            "description": "Scope alerts:act. acknowledge, snooze (seconds, 60 to 43,200), wake, assign (to); "
            "each may carry a note.",
            "parameters": [
                {"name": "alert", "in": "path", "required": True, "schema": {"type": "string"}},
                {
                    "name": "verb",
                    "in": "path",
                    "required": True,
                    "schema": {"enum": ["acknowledge", "snooze", "wake", "assign"]},
                },
            ],
            "requestBody": {"content": {_JSON: {"schema": _OBJECT}}},
            "responses": {"202": _ok("It is in the stream.", _OBJECT), **_problem(400, 401, 403, 404, 413, 422, 503)},
        }
    },
    "/api/v1/notices": {
        "get": {
            "summary": "Notices that stand now",
            "description": "Scope notices:write.",
            "responses": {
                "200": _ok("By id, with who wrote it.", _OBJECT),
                **_problem(401, 403),
            },
        },
        "post": {
            "summary": "Write a notice",
            "description": "Scope notices:write. With an id it replaces what stands under it.",
            "requestBody": {"required": True, "content": {_JSON: {"schema": {"$ref": "#/components/schemas/Notice"}}}},
            "responses": {
                "202": _ok("It is in the stream: its id, and until when.", _OBJECT),
                **_problem(400, 401, 403, 408, 409, 413, 422, 503),
            },
        },
    },
    "/api/v1/notices/{notice}": {
        "delete": {
            "summary": "Take a notice away",
            "description": "Scope notices:write.",
            "parameters": [{"name": "notice", "in": "path", "required": True, "schema": {"type": "string"}}],
            "responses": {"202": _ok("It is in the stream.", _OBJECT), **_problem(401, 403, 404, 503)},
        }
    },
    "/api/v1/sources": {
        "get": {
            "summary": "Every source and its health",
            "description": "Scope state:read.",
            "responses": {"200": _ok("The sources by name.", _OBJECT), **_problem(401, 403)},
        }
    },
    "/api/v1/sources/{source}": {
        "get": {
            "summary": "One source's last 200 events and what each did",
            "description": "Scope state:read.",
            "parameters": [
                {"name": "source", "in": "path", "required": True, "schema": {"type": "string"}},
            ],
            "responses": {"200": _ok("The newest first.", _OBJECT), **_problem(401, 403, 404)},
        }
    },
    "/api/v1/openapi.json": {
        "get": {
            "summary": "This description",
            "responses": {"200": _ok("OpenAPI 3.1.", _OBJECT), **_problem(401)},
        }
    },
    "/healthz": {
        "get": {
            "summary": "Alive",
            "security": [],
            "responses": {"200": _ok("The process answers.", _OBJECT)},
        }
    },
    "/readyz": {
        "get": {
            "summary": "Ready: state loaded and Redis answering",
            "security": [],
            "responses": {
                "200": _ok("Ready.", _OBJECT),
                "503": _ok("Not ready, and which part is not.", _OBJECT),
            },
        }
    },
    "/metrics": {
        "get": {
            "summary": "Figures for Prometheus",
            "description": 'Scope metrics:read, or open to all with [server] metrics = "open".',
            "responses": {
                "200": {"description": "Text.", "content": {"text/plain": {"schema": {"type": "string"}}}},
                **_problem(401, 403),
            },
        }
    },
}
