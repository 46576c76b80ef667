cdef object new_identifier()
