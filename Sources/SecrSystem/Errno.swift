internal import Glibc

/// The C library's `errno` of this thread.
var lastErrno: CInt { errno }
