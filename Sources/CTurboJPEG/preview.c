#include "decoder.h"

#include <stdlib.h>

enum {
    best_quality = 75,
    least_quality = 45,
    quality_step = 5,
    /* Below this nobody can tell what a picture shows. */
    least_edge = 16,
};

typedef struct {
    unsigned width, height, channels;
    uint8_t *samples;
} raster;

static int make_raster(raster *self, unsigned width, unsigned height, unsigned channels) {
    *self = (raster){ width, height, channels, malloc((size_t)width * height * channels) };
    return self->samples != NULL ? 0 : -1;
}

/* The size of a picture once its longer edge has at most `edge` pixels. */
static void fit(unsigned *width, unsigned *height, unsigned edge) {
    unsigned longer = *width > *height ? *width : *height;
    if (longer <= edge) return;
    *width = (unsigned)(((size_t)*width * edge + longer / 2) / longer);
    *height = (unsigned)(((size_t)*height * edge + longer / 2) / longer);
    if (*width == 0) *width = 1;
    if (*height == 0) *height = 1;
}

/*
 * Makes a picture smaller, row by row: a sample is the mean of the area it covers. Along each edge a source pixel is as
 * long as the target has pixels, and the other way round, so that all lengths are whole numbers.
 */
typedef struct {
    unsigned width, height, rows;
    raster *target;
    uint64_t *sums;
} shrinker;

static int start_shrinking(shrinker *self, unsigned width, unsigned height, raster *target) {
    *self = (shrinker){ width, height, 0, target, calloc((size_t)target->width * target->channels, sizeof(uint64_t)) };
    return self->sums != NULL ? 0 : -1;
}

static void add_row(shrinker *self, const uint8_t *row, uint64_t weight) {
    unsigned channels = self->target->channels;
    uint64_t *sums = self->sums;
    size_t left = 0, border = self->width;
    for (unsigned x = 0; x < self->width; x++, row += channels) {
        size_t right = left + self->target->width, cut = right < border ? right : border;
        for (unsigned channel = 0; channel < channels; channel++) sums[channel] += row[channel] * (cut - left) * weight;
        if (right >= border) {
            sums += channels;
            border += self->width;
            if (right > cut)
                for (unsigned channel = 0; channel < channels; channel++)
                    sums[channel] += row[channel] * (right - cut) * weight;
        }
        left = right;
    }
}

static void finish_row(shrinker *self, size_t row) {
    size_t count = (size_t)self->target->width * self->target->channels;
    uint64_t area = (uint64_t)self->width * self->height;
    for (size_t index = 0; index < count; index++) {
        self->target->samples[row * count + index] = (uint8_t)((self->sums[index] + area / 2) / area);
        self->sums[index] = 0;
    }
}

static void shrink_row(shrinker *self, const uint8_t *row) {
    size_t top = (size_t)self->rows * self->target->height, bottom = top + self->target->height;
    size_t target_row = top / self->height, border = (target_row + 1) * self->height;
    self->rows++;
    add_row(self, row, (bottom < border ? bottom : border) - top);
    if (bottom < border) return;
    finish_row(self, target_row);
    if (bottom > border) add_row(self, row, bottom - border);
}

static int shrink(const raster *source, raster *target) {
    shrinker shrinker;
    if (start_shrinking(&shrinker, source->width, source->height, target) != 0) return -1;
    size_t length = (size_t)source->width * source->channels;
    for (unsigned y = 0; y < source->height; y++) shrink_row(&shrinker, source->samples + y * length);
    free(shrinker.sums);
    return 0;
}

/* From CMYK, as files have it and viewers take it, with an Adobe marker or without: inverted, so that 255 is no ink. */
static void apply_black(uint8_t *row, unsigned width) {
    for (size_t x = 0; x < width; x++) {
        unsigned black = row[4 * x + 3];
        for (size_t channel = 0; channel < 3; channel++)
            row[3 * x + channel] = (uint8_t)((row[4 * x + channel] * black + 127) / 255);
    }
}

/* The smallest scale in eighths that is not below the wanted size. */
static int choose_output(struct jpeg_decompress_struct *decoder, unsigned edge) {
    unsigned width = decoder->image_width, height = decoder->image_height;
    size_t longer = width > height ? width : height, eighths = 1;
    while (eighths < 8 && longer * eighths < (size_t)8 * edge) eighths++;
    decoder->scale_num = (unsigned)eighths;
    decoder->scale_denom = 8;
    J_COLOR_SPACE space = decoder->out_color_space;
    return space == JCS_GRAYSCALE || space == JCS_RGB || space == JCS_CMYK ? 0 : -1;
}

static int read_rows(secr_decoder *self, raster *target) {
    const struct jpeg_decompress_struct *decoder = &self->decoder;
    shrinker shrinker;
    if (start_shrinking(&shrinker, decoder->output_width, decoder->output_height, target) != 0) return -1;
    int more;
    while ((more = secr_decoder_next_row(self)) > 0) {
        if (decoder->out_color_space == JCS_CMYK) apply_black(self->row, decoder->output_width);
        shrink_row(&shrinker, self->row);
    }
    free(shrinker.sums);
    return more;
}

/* The picture as it is stored, small; its full size goes to `result`. */
static int decode(
    secr_decoder *self, long memory, size_t pixels, unsigned edge, raster *small, secr_jpeg_preview_result *result) {
    struct jpeg_decompress_struct *decoder = &self->decoder;
    if (secr_decoder_open(self, memory) != 0) return -1;
    if ((size_t)decoder->image_width * decoder->image_height > pixels || choose_output(decoder, edge) != 0) return -1;
    if (secr_decoder_start(self) != 0) return -1;
    result->width = decoder->image_width;
    result->height = decoder->image_height;
    unsigned width = result->width, height = result->height;
    fit(&width, &height, edge);
    if (width > decoder->output_width) width = decoder->output_width;
    if (height > decoder->output_height) height = decoder->output_height;
    if (make_raster(small, width, height, decoder->out_color_space == JCS_GRAYSCALE ? 1 : 3) != 0) return -1;
    return read_rows(self, small);
}

/* `turned` has room for all samples of `stored`. */
static void turn_upright(const raster *stored, int orientation, raster *turned) {
    int is_lying = orientation >= 5;
    int from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    int from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    turned->width = is_lying ? stored->height : stored->width;
    turned->height = is_lying ? stored->width : stored->height;
    uint8_t *sample = turned->samples;
    for (unsigned row = 0; row < turned->height; row++) {
        for (unsigned column = 0; column < turned->width; column++) {
            size_t x = is_lying ? row : column, y = is_lying ? column : row;
            if (from_right) x = stored->width - 1 - x;
            if (from_bottom) y = stored->height - 1 - y;
            const uint8_t *source = stored->samples + (y * stored->width + x) * stored->channels;
            for (unsigned channel = 0; channel < stored->channels; channel++) *sample++ = source[channel];
        }
    }
}

typedef struct {
    struct jpeg_compress_struct encoder;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr destination;
    jmp_buf escape;
} packer;

static void give_up(j_common_ptr encoder) {
    packer *self = encoder->client_data;
    longjmp(self->escape, 1);
}

static void stay_silent(j_common_ptr encoder, int level) {
    (void)encoder;
    (void)level;
}

static void do_nothing(j_compress_ptr encoder) {
    (void)encoder;
}

static boolean run_out_of_room(j_compress_ptr encoder) {
    give_up((j_common_ptr)encoder);
    return FALSE;
}

/* 0, or -1 where the file does not fit. */
static int pack(packer *self, const raster *picture, int quality, secr_jpeg_preview_result *result) {
    struct jpeg_compress_struct *encoder = &self->encoder;
    if (setjmp(self->escape)) return -1;
    jpeg_CreateCompress_(encoder, JPEG_LIB_VERSION, sizeof *encoder);
    encoder->client_data = self;
    self->destination.init_destination = do_nothing;
    self->destination.empty_output_buffer = run_out_of_room;
    self->destination.term_destination = do_nothing;
    self->destination.next_output_byte = result->bytes;
    self->destination.free_in_buffer = result->capacity;
    encoder->dest = &self->destination;
    encoder->image_width = picture->width;
    encoder->image_height = picture->height;
    encoder->input_components = (int)picture->channels;
    encoder->in_color_space = picture->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    /* Which means 4:2:0 for colours, and a JFIF header. */
    jpeg_set_defaults_(encoder);
    jpeg_set_quality_(encoder, quality, TRUE);
    encoder->optimize_coding = TRUE;
    jpeg_start_compress_(encoder, TRUE);
    while (encoder->next_scanline < encoder->image_height) {
        JSAMPROW rows[] = { picture->samples + (size_t)encoder->next_scanline * picture->width * picture->channels };
        jpeg_write_scanlines_(encoder, rows, 1);
    }
    jpeg_finish_compress_(encoder);
    result->count = result->capacity - self->destination.free_in_buffer;
    return 0;
}

static int encode(const raster *picture, secr_jpeg_preview_result *result) {
    for (int quality = best_quality; quality >= least_quality; quality -= quality_step) {
        packer self = { 0 };
        self.encoder.err = jpeg_std_error_(&self.errors);
        self.errors.error_exit = give_up;
        self.errors.emit_message = stay_silent;
        self.encoder.client_data = &self;
        int status = pack(&self, picture, quality, result);
        jpeg_destroy_compress_(&self.encoder);
        if (status == 0) return 0;
    }
    return -1;
}

static int encode_smaller(const raster *picture, unsigned edge, secr_jpeg_preview_result *result) {
    unsigned width = picture->width, height = picture->height;
    raster smaller;
    fit(&width, &height, edge);
    if (make_raster(&smaller, width, height, picture->channels) != 0) return -1;
    int status = shrink(picture, &smaller);
    if (status == 0) status = encode(&smaller, result);
    free(smaller.samples);
    return status;
}

static int encode_to_fit(const raster *picture, secr_jpeg_preview_result *result) {
    if (encode(picture, result) == 0) return 0;
    unsigned edge = picture->width > picture->height ? picture->width : picture->height;
    while ((edge = edge * 3 / 4) >= least_edge)
        if (encode_smaller(picture, edge, result) == 0) return 0;
    return -1;
}

int secr_jpeg_preview(
    secr_jpeg_input input, long memory, int scans, size_t pixels, unsigned edge, int orientation,
    secr_jpeg_preview_result *result) {
    char message[SECR_JPEG_MESSAGE];
    raster stored = { 0 }, upright = { 0 };
    secr_decoder *decoder = secr_decoder_make(input, scans, message);
    if (decoder == NULL) return -1;
    int status = decode(decoder, memory, pixels, edge, &stored, result);
    secr_decoder_free(decoder);
    if (status == 0) status = make_raster(&upright, stored.width, stored.height, stored.channels);
    if (status == 0) {
        turn_upright(&stored, orientation, &upright);
        status = encode_to_fit(&upright, result);
    }
    free(stored.samples);
    free(upright.samples);
    if (orientation >= 5) {
        unsigned width = result->width;
        result->width = result->height;
        result->height = width;
    }
    return status;
}
