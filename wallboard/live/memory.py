"""How is a large floor kept from being looked at again and again? Python's collector for cycles, told what to expect.

The state of a large centre is a million objects that live all day and hold no cycles worth finding. By its defaults
the collector walks over the young ones every 700 objects and over all of them whenever they have grown by a quarter,
which costs a third of the time while a day is read in.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 50_000  # objects made before the collector looks at the new ones: a pause of some milliseconds
OLDER = 50  # such looks before it looks at those that outlived one


def expect_much() -> None:
    """Call it when a process that keeps a floor starts."""
    gc.set_threshold(YOUNG, OLDER, OLDER)


@contextmanager
def loading() -> Iterator[None]:
    """While a floor is loaded nothing is looked at; what was made then is not looked at again until another one is
    loaded: then what is left of those before it goes."""
    if gc.get_freeze_count():
        gc.unfreeze()
        gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
