#ifndef SECR_CQRENCODE_SHIM_H
#define SECR_CQRENCODE_SHIM_H
#include <qrencode.h>
#endif
