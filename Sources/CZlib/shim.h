#ifndef SECR_CZLIB_SHIM_H
#define SECR_CZLIB_SHIM_H
#include <zlib.h>
#endif
