#include "decoder.h"

#include <string.h>

enum { comparison_scans = 500 };

static int start(secr_decoder *self, long memory) {
    return secr_decoder_open(self, memory) == 0 ? secr_decoder_start(self) : -1;
}

static secr_jpeg_verdict compare(secr_decoder *first, secr_decoder *second, long memory) {
    if (start(first, memory) != 0) return SECR_JPEG_UNDECODABLE;
    if (start(second, memory) != 0) return SECR_JPEG_BROKEN;
    const struct jpeg_decompress_struct *a = &first->decoder, *b = &second->decoder;
    if (a->output_width != b->output_width || a->output_height != b->output_height
        || a->output_components != b->output_components || a->out_color_space != b->out_color_space)
        return SECR_JPEG_DIFFERENT;
    size_t width = (size_t)a->output_width * (size_t)a->output_components;
    for (;;) {
        int more = secr_decoder_next_row(first), also = secr_decoder_next_row(second);
        /* A picture whose data fail half-way is shown up to there: both must fail at the same row. */
        if (more != also) return also < 0 ? SECR_JPEG_BROKEN : SECR_JPEG_DIFFERENT;
        if (more <= 0) return more == 0 || a->output_scanline > 0 ? SECR_JPEG_SAME : SECR_JPEG_UNDECODABLE;
        if (memcmp(first->row, second->row, width) != 0) return SECR_JPEG_DIFFERENT;
    }
}

secr_jpeg_verdict secr_jpeg_compare(secr_jpeg_input first, secr_jpeg_input second, long memory, char *message) {
    secr_decoder *a = secr_decoder_make(first, comparison_scans, message);
    secr_decoder *b = secr_decoder_make(second, comparison_scans, message);
    secr_jpeg_verdict verdict = SECR_JPEG_UNDECODABLE;
    message[0] = 0;
    if (a != NULL && b != NULL) {
        verdict = compare(a, b, memory);
    } else {
        snprintf(message, SECR_JPEG_MESSAGE, "%s", secr_jpeg_is_there() ? "out of memory" : SECR_JPEG_MISSING);
    }
    secr_decoder_free(a);
    secr_decoder_free(b);
    return verdict;
}

/* In grey, and as small as a sketch allows. */
static void choose_scale(struct jpeg_decompress_struct *decoder) {
    decoder->out_color_space = JCS_GRAYSCALE;
    unsigned width = decoder->image_width, height = decoder->image_height;
    decoder->scale_num = 1;
    decoder->scale_denom = 8;
    while (decoder->scale_denom > 1 && (width < height ? width : height) < 8 * SECR_JPEG_SKETCH) {
        decoder->scale_denom /= 2;
        width *= 2;
        height *= 2;
    }
}

static int sketch(secr_decoder *self, long memory, unsigned *width, unsigned *height, uint8_t *raster) {
    enum { edge = SECR_JPEG_SKETCH };
    unsigned long sums[edge][edge] = { { 0 } }, counts[edge][edge] = { { 0 } };
    if (secr_decoder_open(self, memory) != 0) return -1;
    choose_scale(&self->decoder);
    if (secr_decoder_start(self) != 0) return -1;
    const struct jpeg_decompress_struct *decoder = &self->decoder;
    *width = decoder->image_width;
    *height = decoder->image_height;
    if (decoder->output_width < edge || decoder->output_height < edge) return -1;
    for (;;) {
        unsigned y = decoder->output_scanline;
        int more = secr_decoder_next_row(self);
        if (more < 0) return -1;
        if (more == 0) break;
        for (unsigned x = 0; x < decoder->output_width; x++) {
            size_t row = (size_t)y * edge / decoder->output_height, column = (size_t)x * edge / decoder->output_width;
            sums[row][column] += self->row[x];
            counts[row][column]++;
        }
    }
    for (int row = 0; row < edge; row++)
        for (int column = 0; column < edge; column++)
            raster[row * edge + column] = (uint8_t)(sums[row][column] / counts[row][column]);
    return 0;
}

int secr_jpeg_sketch(
    secr_jpeg_input input, long memory, int scans, unsigned *width, unsigned *height, uint8_t *raster) {
    char message[SECR_JPEG_MESSAGE];
    secr_decoder *self = secr_decoder_make(input, scans, message);
    if (self == NULL) return -1;
    int status = sketch(self, memory, width, height, raster);
    secr_decoder_free(self);
    return status;
}
