cdef str check_text(object value, str what, bint is_secret=*)
cdef str check_token(object value, str what)
cdef str check_optional_text(object value, str what)
cdef object check_number(object value, str what, object low, object high)
cdef list check_list(object values, str what, object kind)
cdef int check_items(list values, str what, object kind) except -1
cdef list copy_items(list values, str what, object kind)
cdef list check_formats(object values, str what)

cdef object extra_of(object value)
cdef int set_extra(object value, object extra) except -1
