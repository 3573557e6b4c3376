#ifndef SECR_CFUSE_SHIM_H
#define SECR_CFUSE_SHIM_H
/* The interface of libfuse 3.12. */
#define FUSE_USE_VERSION 312
#include <fuse3/fuse_lowlevel.h>
/* What flags of requests mean. */
#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/xattr.h>
#endif
