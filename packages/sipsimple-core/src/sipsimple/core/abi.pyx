"""Whether this distribution fits those that it was compiled against."""

from sipsimple.pjproject.abi cimport PJPROJECT_ABI

from sipsimple.pjproject.runtime import abi_number as _pjproject_abi
from sipsimple.pjproject.runtime import check_abi

check_abi("sipsimple-core", "sipsimple-pjproject", PJPROJECT_ABI, _pjproject_abi())


def abi_number():
    """Number of the C interface of the installed sipsimple-core."""
    return CORE_ABI
