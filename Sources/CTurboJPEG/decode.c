#include "CTurboJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

enum { window_size = 65536, comparison_scans = 500 };

/* One side of the comparison. */
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
    uint8_t window[window_size];
    uint8_t *row;
} side;

static void fail(j_common_ptr decoder) {
    side *self = decoder->client_data;
    decoder->err->format_message(decoder, self->message);
    longjmp(self->escape, 1);
}

static void stay_silent(j_common_ptr decoder, int level) {
    if (level < 0) decoder->err->num_warnings++;
}

static void start_source(j_decompress_ptr decoder) {
    (void)decoder;
}

/* At the end, and where the input can't be read, the decoder sees an end-of-image marker, as with a file. */
static boolean fill_window(j_decompress_ptr decoder) {
    side *self = decoder->client_data;
    size_t left = self->input.size - self->position;
    size_t count = left < window_size ? left : window_size;
    if (count == 0 || self->input.read(self->input.context, self->position, self->window, count) != 0) {
        self->window[0] = 0xFF;
        self->window[1] = JPEG_EOI;
        count = 2;
    } else {
        self->position += count;
    }
    self->source.next_input_byte = self->window;
    self->source.bytes_in_buffer = count;
    return TRUE;
}

static void skip_bytes(j_decompress_ptr decoder, long count) {
    side *self = decoder->client_data;
    if (count <= 0) return;
    size_t skip = (size_t)count;
    if (skip <= self->source.bytes_in_buffer) {
        self->source.next_input_byte += skip;
        self->source.bytes_in_buffer -= skip;
        return;
    }
    skip -= self->source.bytes_in_buffer;
    size_t left = self->input.size - self->position;
    self->position += skip < left ? skip : left;
    self->source.bytes_in_buffer = 0;
    fill_window(decoder);
}

/* A small file can demand hundreds of passes over a huge picture. */
static void watch_progress(j_common_ptr common) {
    j_decompress_ptr decoder = (j_decompress_ptr)common;
    side *self = common->client_data;
    if (decoder->input_scan_number > self->maximum_scans) {
        snprintf(self->message, SECR_JPEG_MESSAGE, "more than %d scans", self->maximum_scans);
        longjmp(self->escape, 1);
    }
}

static side *make_side(secr_jpeg_input input, char *message) {
    side *self = calloc(1, sizeof *self);
    if (self == NULL) return NULL;
    self->input = input;
    self->message = message;
    self->maximum_scans = comparison_scans;
    self->decoder.err = jpeg_std_error(&self->errors);
    self->errors.error_exit = fail;
    self->errors.emit_message = stay_silent;
    self->decoder.client_data = self;
    return self;
}

static void free_side(side *self) {
    if (self == NULL) return;
    jpeg_destroy_decompress(&self->decoder);
    free(self->row);
    free(self);
}

/* With `is_sketch` in grey, and as small as a sketch allows. */
static int start(side *self, long memory, int is_sketch) {
    if (setjmp(self->escape)) return -1;
    jpeg_create_decompress(&self->decoder);
    self->decoder.client_data = self;
    self->decoder.mem->max_memory_to_use = memory;
    self->source.init_source = start_source;
    self->source.fill_input_buffer = fill_window;
    self->source.skip_input_data = skip_bytes;
    self->source.resync_to_restart = jpeg_resync_to_restart;
    self->source.term_source = start_source;
    self->decoder.src = &self->source;
    self->progress.progress_monitor = watch_progress;
    self->decoder.progress = &self->progress;
    jpeg_read_header(&self->decoder, TRUE);
    if (is_sketch) {
        self->decoder.out_color_space = JCS_GRAYSCALE;
        unsigned width = self->decoder.image_width, height = self->decoder.image_height;
        self->decoder.scale_num = 1;
        self->decoder.scale_denom = 8;
        while (self->decoder.scale_denom > 1 && (width < height ? width : height) < 8 * SECR_JPEG_SKETCH) {
            self->decoder.scale_denom /= 2;
            width *= 2;
            height *= 2;
        }
    }
    jpeg_start_decompress(&self->decoder);
    self->row = malloc((size_t)self->decoder.output_width * (size_t)self->decoder.output_components);
    if (self->row == NULL) {
        snprintf(self->message, SECR_JPEG_MESSAGE, "out of memory");
        return -1;
    }
    return 0;
}

/* 1 for a row, 0 at the end, -1 for an error. */
static int next_row(side *self) {
    if (self->decoder.output_scanline >= self->decoder.output_height) return 0;
    if (setjmp(self->escape)) return -1;
    JSAMPROW rows[] = { self->row };
    return jpeg_read_scanlines(&self->decoder, rows, 1) == 1 ? 1 : -1;
}

static secr_jpeg_verdict compare(side *first, side *second, long memory) {
    if (start(first, memory, 0) != 0) return SECR_JPEG_UNDECODABLE;
    if (start(second, memory, 0) != 0) return SECR_JPEG_BROKEN;
    const struct jpeg_decompress_struct *a = &first->decoder, *b = &second->decoder;
    if (a->output_width != b->output_width || a->output_height != b->output_height
        || a->output_components != b->output_components || a->out_color_space != b->out_color_space)
        return SECR_JPEG_DIFFERENT;
    size_t width = (size_t)a->output_width * (size_t)a->output_components;
    for (;;) {
        int more = next_row(first), also = next_row(second);
        /* A picture whose data fail half-way is shown up to there: both must fail at the same row. */
        if (more != also) return also < 0 ? SECR_JPEG_BROKEN : SECR_JPEG_DIFFERENT;
        if (more <= 0) return more == 0 || a->output_scanline > 0 ? SECR_JPEG_SAME : SECR_JPEG_UNDECODABLE;
        if (memcmp(first->row, second->row, width) != 0) return SECR_JPEG_DIFFERENT;
    }
}

secr_jpeg_verdict secr_jpeg_compare(secr_jpeg_input first, secr_jpeg_input second, long memory, char *message) {
    side *a = make_side(first, message), *b = make_side(second, message);
    secr_jpeg_verdict verdict = SECR_JPEG_UNDECODABLE;
    message[0] = 0;
    if (a != NULL && b != NULL) {
        verdict = compare(a, b, memory);
    } else {
        snprintf(message, SECR_JPEG_MESSAGE, "out of memory");
    }
    free_side(a);
    free_side(b);
    return verdict;
}

static int sketch(side *self, long memory, unsigned *width, unsigned *height, uint8_t *raster) {
    enum { edge = SECR_JPEG_SKETCH };
    unsigned long sums[edge][edge] = { { 0 } }, counts[edge][edge] = { { 0 } };
    if (start(self, memory, 1) != 0) return -1;
    const struct jpeg_decompress_struct *decoder = &self->decoder;
    *width = decoder->image_width;
    *height = decoder->image_height;
    if (decoder->output_width < edge || decoder->output_height < edge) return -1;
    for (;;) {
        unsigned y = decoder->output_scanline;
        int more = next_row(self);
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
    side *self = make_side(input, message);
    if (self == NULL) return -1;
    self->maximum_scans = scans;
    int status = sketch(self, memory, width, height, raster);
    free_side(self);
    return status;
}
