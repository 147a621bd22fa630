"""JSON Merge Patch (RFC 7396): what turns one document into the next, and two patches into one.

Two merge patches compose unless the second sets an object where the first deletes or sets a plain value:
the browser would then keep members of an older object that should be gone.
"""

from typing import Any

Json = dict[str, Any]


_MISSING = object()


class DoesNotCompose(Exception):
    """The backlog cannot be told as one patch: send a whole snapshot instead."""


def diff(old: Json, new: Json) -> Json:
    """The patch that makes `new` of `old`; empty when they are equal.

    Values are never null (an unknown value is absent), so null in a patch always means deletion.
    """
    patch: Json = {}
    added = 0
    for key, value in new.items():
        before = old.get(key, _MISSING)
        if before is value:
            continue
        kind = type(value)
        if type(before) is not kind:
            added += before is _MISSING
            patch[key] = value
        elif kind is dict:
            if inner := diff(before, value):
                patch[key] = inner
        elif before != value:
            patch[key] = value
    if len(old) + added != len(new):
        patch |= {key: None for key in old if key not in new}
    return patch


def apply(document: Json, patch: Json) -> Json:
    """`document` after `patch`; neither is changed, what the patch leaves alone is shared."""
    result = dict(document)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            before = result.get(key)
            result[key] = apply(before if isinstance(before, dict) else {}, value)
        else:
            result[key] = value
    return result


def merge(first: Json, second: Json) -> Json:
    """One patch with the effect of `first`, then `second`. Raises DoesNotCompose."""
    merged = dict(first)
    for key, value in second.items():
        before = merged.get(key)
        if isinstance(value, dict) and key in merged:
            if not isinstance(before, dict):
                raise DoesNotCompose(key)
            merged[key] = merge(before, value)
        else:
            merged[key] = value
    return merged
