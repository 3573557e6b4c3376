#ifndef SECR_CTURBOJPEG_H
#define SECR_CTURBOJPEG_H

#include <stddef.h>
#include <stdint.h>

/*
 * libjpeg-turbo behind plain status codes. The classic library reports errors by a call that must not return, which needs
 * setjmp and therefore C; nothing of that leaves this module.
 */

#define SECR_JPEG_MESSAGE 200

/* Loads the library now, for whoever can't when it is needed. Most files don't need it, and every start would take it. */
void secr_jpeg_load(void);

/* Copies `count` bytes from `offset` to `buffer`; returns 0, or anything else where that is impossible. */
typedef int (*secr_jpeg_read)(void *context, size_t offset, uint8_t *buffer, size_t count);

typedef struct {
    secr_jpeg_read read;
    void *context;
    size_t size;
} secr_jpeg_input;

typedef enum {
    SECR_JPEG_SAME = 0,
    SECR_JPEG_DIFFERENT,
    /* The first input can't be decoded; `message` says why. */
    SECR_JPEG_UNDECODABLE,
    /* The second one can't, although the first can. */
    SECR_JPEG_BROKEN,
} secr_jpeg_verdict;

/*
 * Decodes both inputs row by row, side by side, and compares every sample.
 * `memory` bounds what each decoder allocates, in bytes. `message` holds SECR_JPEG_MESSAGE bytes.
 */
secr_jpeg_verdict secr_jpeg_compare(secr_jpeg_input first, secr_jpeg_input second, long memory, char *message);

/* Fields along each edge of a sketch. */
#define SECR_JPEG_SKETCH 32

/*
 * Decodes a picture roughly: its size, and SECR_JPEG_SKETCH rows of as many mean brightnesses. Returns 0, or -1 where it
 * can't be decoded within `memory` bytes and `scans` passes, or has fewer samples than that.
 */
int secr_jpeg_sketch(
    secr_jpeg_input input, long memory, int scans, unsigned *width, unsigned *height, uint8_t *raster);

/* The longest edge of a preview, in pixels. */
#define SECR_JPEG_PREVIEW_EDGE 1024

typedef struct {
    /* Room for `capacity` bytes, of which the preview takes the first `count`. */
    uint8_t *bytes;
    size_t capacity, count;
    /* Of the whole picture once it stands upright, in pixels. */
    unsigned width, height;
} secr_jpeg_preview_result;

/*
 * Makes a small copy of a picture, a JPEG file without any metadata: upright, in colours or grey and never CMYK, neither
 * edge longer than `edge` (1...SECR_JPEG_PREVIEW_EDGE) pixels, and in as many bytes as there is room for, at a lower
 * quality and then in a smaller size where it has to be. `orientation` is that of Exif, 1...8.
 * Returns 0, or -1 where the picture can't be decoded within `memory` bytes, `scans` passes and `pixels`, or no copy fits.
 */
int secr_jpeg_preview(
    secr_jpeg_input input, long memory, int scans, size_t pixels, unsigned edge, int orientation,
    secr_jpeg_preview_result *result);

/*
 * Applies the transform for `orientation` to a whole file, without its metadata and without losing a coefficient.
 * Returns 0 and a buffer for secr_jpeg_free; otherwise `message` says why, for example that an edge does not fall on a
 * block border.
 */
int secr_jpeg_transform(
    const uint8_t *bytes, size_t count, int orientation, int progressive, uint8_t **result, size_t *result_count,
    char *message);

void secr_jpeg_free(uint8_t *result);

#endif
