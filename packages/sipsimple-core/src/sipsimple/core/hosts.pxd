"""C interface of the check of hosts."""

# A host name or an IP address as it stands in a URI, without brackets; TypeError or ValueError.
cdef str checked_host(object value)
