#include "decoder.h"

#include <stdlib.h>

static void fail(j_common_ptr decoder) {
    secr_decoder *self = decoder->client_data;
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
    secr_decoder *self = decoder->client_data;
    size_t left = self->input.size - self->position;
    size_t count = left < secr_decoder_window ? left : secr_decoder_window;
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
    secr_decoder *self = decoder->client_data;
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
    secr_decoder *self = common->client_data;
    if (decoder->input_scan_number > self->maximum_scans) {
        snprintf(self->message, SECR_JPEG_MESSAGE, "more than %d scans", self->maximum_scans);
        longjmp(self->escape, 1);
    }
}

secr_decoder *secr_decoder_make(secr_jpeg_input input, int maximum_scans, char *message) {
    secr_decoder *self = secr_jpeg_is_there() ? calloc(1, sizeof *self) : NULL;
    if (self == NULL) return NULL;
    self->input = input;
    self->message = message;
    self->maximum_scans = maximum_scans;
    self->decoder.err = jpeg_std_error_(&self->errors);
    self->errors.error_exit = fail;
    self->errors.emit_message = stay_silent;
    self->decoder.client_data = self;
    return self;
}

void secr_decoder_free(secr_decoder *self) {
    if (self == NULL) return;
    jpeg_destroy_decompress_(&self->decoder);
    free(self->row);
    free(self);
}

int secr_decoder_open(secr_decoder *self, long memory) {
    if (setjmp(self->escape)) return -1;
    jpeg_CreateDecompress_(&self->decoder, JPEG_LIB_VERSION, sizeof self->decoder);
    self->decoder.client_data = self;
    self->decoder.mem->max_memory_to_use = memory;
    self->source.init_source = start_source;
    self->source.fill_input_buffer = fill_window;
    self->source.skip_input_data = skip_bytes;
    self->source.resync_to_restart = jpeg_resync_to_restart_;
    self->source.term_source = start_source;
    self->decoder.src = &self->source;
    self->progress.progress_monitor = watch_progress;
    self->decoder.progress = &self->progress;
    jpeg_read_header_(&self->decoder, TRUE);
    return 0;
}

int secr_decoder_start(secr_decoder *self) {
    if (setjmp(self->escape)) return -1;
    jpeg_start_decompress_(&self->decoder);
    self->row = malloc((size_t)self->decoder.output_width * (size_t)self->decoder.output_components);
    if (self->row == NULL) {
        snprintf(self->message, SECR_JPEG_MESSAGE, "out of memory");
        return -1;
    }
    return 0;
}

int secr_decoder_next_row(secr_decoder *self) {
    if (self->decoder.output_scanline >= self->decoder.output_height) return 0;
    if (setjmp(self->escape)) return -1;
    JSAMPROW rows[] = { self->row };
    return jpeg_read_scanlines_(&self->decoder, rows, 1) == 1 ? 1 : -1;
}
