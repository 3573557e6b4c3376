#ifndef SECR_LIBRARY_H
#define SECR_LIBRARY_H

#include <stdio.h>

#include <jpeglib.h>
#include <turbojpeg.h>

/* The functions of libjpeg-turbo, under their names with an underscore; private to this module. */

#define SECR_JPEG_FUNCTIONS(USE) \
    USE(jpeg_std_error) USE(jpeg_resync_to_restart) USE(jpeg_CreateDecompress) USE(jpeg_destroy_decompress) \
    USE(jpeg_read_header) USE(jpeg_start_decompress) USE(jpeg_read_scanlines) USE(jpeg_CreateCompress) \
    USE(jpeg_destroy_compress) USE(jpeg_set_defaults) USE(jpeg_set_quality) USE(jpeg_start_compress) \
    USE(jpeg_write_scanlines) USE(jpeg_finish_compress)
#define SECR_TURBOJPEG_FUNCTIONS(USE) \
    USE(tjInitTransform) USE(tjTransform) USE(tjGetErrorStr2) USE(tjFree) USE(tjDestroy)

#define SECR_DECLARE(NAME) extern __typeof__(NAME) *NAME##_ __attribute__((visibility("hidden")));
SECR_JPEG_FUNCTIONS(SECR_DECLARE)
SECR_TURBOJPEG_FUNCTIONS(SECR_DECLARE)

#define SECR_JPEG_MISSING "libjpeg-turbo is not installed"

/* Loads the library; 0 where there is none, and then none of the functions may be called. */
int secr_jpeg_is_there(void);

#endif
