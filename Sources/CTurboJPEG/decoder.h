#ifndef SECR_DECODER_H
#define SECR_DECODER_H

#include "CTurboJPEG.h"
#include "library.h"

#include <setjmp.h>

/* A decoder that reads through a callback, row by row; private to this module. */

enum { secr_decoder_window = 65536 };

typedef struct {
    struct jpeg_decompress_struct decoder;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    char *message;
    secr_jpeg_input input;
    size_t position;
    int maximum_scans;
    uint8_t window[secr_decoder_window];
    uint8_t *row;
} secr_decoder;

/* NULL where there is no memory, or no library. `message` holds SECR_JPEG_MESSAGE bytes and outlives the decoder. */
secr_decoder *secr_decoder_make(secr_jpeg_input input, int maximum_scans, char *message);

/* Takes NULL too. */
void secr_decoder_free(secr_decoder *self);

/* Reads the head; 0, or -1 with a message. Between this and the start a caller chooses colours and scale. */
int secr_decoder_open(secr_decoder *self, long memory);

/* 0, or -1 with a message. */
int secr_decoder_start(secr_decoder *self);

/* 1 for a row, in `row`; 0 at the end, -1 for an error. */
int secr_decoder_next_row(secr_decoder *self);

#endif
