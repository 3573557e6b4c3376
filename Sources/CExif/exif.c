#include "CExif.h"

#include <dlfcn.h>
#include <pthread.h>

#define FUNCTIONS(USE) \
    USE(exif_data_new) USE(exif_data_unref) USE(exif_data_unset_option) USE(exif_data_set_byte_order) \
    USE(exif_data_load_data) USE(exif_data_save_data) USE(exif_data_get_mnote_data) USE(exif_mnote_data_count) \
    USE(exif_mnote_data_get_title) USE(exif_mnote_data_get_value) USE(exif_content_get_entry) \
    USE(exif_content_add_entry) USE(exif_entry_new) USE(exif_entry_unref) USE(exif_entry_get_value)

#define POINTER(NAME) static __typeof__(NAME) *NAME##_;
FUNCTIONS(POINTER)

static int is_loaded;

static void load(void) {
    void *library = dlopen("libexif.so.12", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return;
#define FIND(NAME) if ((NAME##_ = (__typeof__(NAME) *)dlsym(library, #NAME)) == NULL) return;
    FUNCTIONS(FIND)
    is_loaded = 1;
}

void secr_exif_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
}

ExifData *secr_exif_data_new(void) {
    secr_exif_load();
    return is_loaded ? exif_data_new_() : NULL;
}

void secr_exif_data_unref(ExifData *data) {
    exif_data_unref_(data);
}

void secr_exif_data_unset_option(ExifData *data, ExifDataOption option) {
    exif_data_unset_option_(data, option);
}

void secr_exif_data_set_byte_order(ExifData *data, ExifByteOrder order) {
    exif_data_set_byte_order_(data, order);
}

void secr_exif_data_load_data(ExifData *data, const unsigned char *bytes, unsigned int count) {
    exif_data_load_data_(data, bytes, count);
}

void secr_exif_data_save_data(ExifData *data, unsigned char **bytes, unsigned int *count) {
    exif_data_save_data_(data, bytes, count);
}

ExifMnoteData *secr_exif_data_get_mnote_data(ExifData *data) {
    return exif_data_get_mnote_data_(data);
}

unsigned int secr_exif_mnote_data_count(ExifMnoteData *note) {
    return exif_mnote_data_count_(note);
}

const char *secr_exif_mnote_data_get_title(ExifMnoteData *note, unsigned int index) {
    return exif_mnote_data_get_title_(note, index);
}

char *secr_exif_mnote_data_get_value(ExifMnoteData *note, unsigned int index, char *text, unsigned int room) {
    return exif_mnote_data_get_value_(note, index, text, room);
}

ExifEntry *secr_exif_content_get_entry(ExifContent *content, ExifTag tag) {
    return exif_content_get_entry_(content, tag);
}

void secr_exif_content_add_entry(ExifContent *content, ExifEntry *entry) {
    exif_content_add_entry_(content, entry);
}

ExifEntry *secr_exif_entry_new(void) {
    return exif_entry_new_();
}

void secr_exif_entry_unref(ExifEntry *entry) {
    exif_entry_unref_(entry);
}

const char *secr_exif_entry_get_value(ExifEntry *entry, char *text, unsigned int room) {
    return exif_entry_get_value_(entry, text, room);
}
