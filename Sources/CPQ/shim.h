#ifndef SECR_CPQ_SHIM_H
#define SECR_CPQ_SHIM_H
#include <libpq-fe.h>
#endif
