from collections.abc import Sequence

from sipsimple.core.locating import Target
from sipsimple.core.names import LookupFailed

def answer(number: int, found: Sequence[Target] | LookupFailed) -> bool: ...
