cdef bytes canonical_text(object text, bint strict)
