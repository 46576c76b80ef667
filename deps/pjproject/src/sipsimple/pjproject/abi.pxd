"""The number of this distribution's C interface.

Raise it whenever a struct, a C signature or a vtable in a shipped `.pxd` changes.
Importing extensions compile the number in and compare it with the number of the
module that they find at run time, since Cython itself does not notice the change.
"""

cdef enum:
    PJPROJECT_ABI = 2
