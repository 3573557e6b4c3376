#include "CQPDF.h"

#include <dlfcn.h>
#include <pthread.h>
#include <qpdf/qpdf-c.h>
#include <stdlib.h>
#include <string.h>

#define FUNCTIONS(USE) \
    USE(qpdf_init) USE(qpdf_cleanup) USE(qpdf_silence_errors) USE(qpdf_set_suppress_warnings) USE(qpdf_read) \
    USE(qpdf_read_memory) USE(qpdf_has_error) USE(qpdf_get_error) USE(qpdf_get_error_code) \
    USE(qpdf_get_error_message_detail) USE(qpdf_more_warnings) USE(qpdf_is_encrypted) USE(qpdf_get_pdf_version) \
    USE(qpdf_get_trailer) USE(qpdf_get_object_by_id) USE(qpdf_oh_is_stream) \
    USE(qpdf_oh_get_dict) USE(qpdf_oh_unparse_resolved) USE(qpdf_get_last_string_length) USE(qpdf_oh_release_all) \
    USE(qpdf_oh_get_stream_data)

#define POINTER(NAME) static __typeof__(NAME) *NAME##_;
FUNCTIONS(POINTER)

static int is_loaded;

static void load(void) {
    static const char *names[] = {"libqpdf.so.30", "libqpdf.so.29"};
    void *library = NULL;
    for (size_t place = 0; library == NULL && place < sizeof names / sizeof *names; place++)
        library = dlopen(names[place], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return;
    is_loaded = 1;
#define FIND(NAME) if ((NAME##_ = (__typeof__(NAME) *)dlsym(library, #NAME)) == NULL) is_loaded = 0;
    FUNCTIONS(FIND)
}

struct secr_qpdf {
    qpdf_data data;
    int is_repaired;
};

static void note_error(secr_qpdf *document, char *message, enum qpdf_error_code_e *code) {
    qpdf_error error = qpdf_get_error_(document->data);
    if (error == NULL) return;
    *code = qpdf_get_error_code_(document->data, error);
    const char *text = qpdf_get_error_message_detail_(document->data, error);
    if (text != NULL) strncpy(message, text, SECR_QPDF_MESSAGE - 1);
}

secr_qpdf_status secr_qpdf_open(
    const char *path, const char *bytes, size_t count, const char *password, secr_qpdf **document, char *message) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    memset(message, 0, SECR_QPDF_MESSAGE);
    *document = NULL;
    if (!is_loaded) return SECR_QPDF_MISSING;
    secr_qpdf *opened = calloc(1, sizeof *opened);
    if (opened == NULL) abort();
    opened->data = qpdf_init_();
    qpdf_silence_errors_(opened->data);
    qpdf_set_suppress_warnings_(opened->data, QPDF_TRUE);
    QPDF_ERROR_CODE status = path != NULL ? qpdf_read_(opened->data, path, password)
                                          : qpdf_read_memory_(opened->data, "document", bytes, count, password);
    if (status & QPDF_ERRORS) {
        enum qpdf_error_code_e code = qpdf_e_damaged_pdf;
        note_error(opened, message, &code);
        secr_qpdf_close(opened);
        return code == qpdf_e_password ? SECR_QPDF_PASSWORD : SECR_QPDF_DAMAGED;
    }
    *document = opened;
    return SECR_QPDF_DONE;
}

void secr_qpdf_close(secr_qpdf *document) {
    qpdf_cleanup_(&document->data);
    free(document);
}

int secr_qpdf_is_repaired(secr_qpdf *document) { return qpdf_more_warnings_(document->data) ? 1 : 0; }

int secr_qpdf_is_encrypted(secr_qpdf *document) { return qpdf_is_encrypted_(document->data) ? 1 : 0; }

const char *secr_qpdf_version(secr_qpdf *document) { return qpdf_get_pdf_version_(document->data); }

secr_qpdf_object secr_qpdf_object_at(secr_qpdf *document, int number, int generation) {
    secr_qpdf_object found = {"null", 4, 0};
    qpdf_oh_release_all_(document->data);
    qpdf_oh object = number == 0 ? qpdf_get_trailer_(document->data)
                                 : qpdf_get_object_by_id_(document->data, number, generation);
    int is_stream = qpdf_oh_is_stream_(document->data, object) ? 1 : 0;
    if (is_stream) object = qpdf_oh_get_dict_(document->data, object);
    const char *text = qpdf_oh_unparse_resolved_(document->data, object);
    size_t count = qpdf_get_last_string_length_(document->data);
    if (qpdf_has_error_(document->data)) {
        qpdf_get_error_(document->data);
        return found;
    }
    found.text = text;
    found.count = count;
    found.is_stream = is_stream;
    return found;
}

int secr_qpdf_stream_data(secr_qpdf *document, int number, int generation, unsigned char **data, size_t *count) {
    qpdf_oh_release_all_(document->data);
    qpdf_oh object = qpdf_get_object_by_id_(document->data, number, generation);
    *data = NULL;
    *count = 0;
    QPDF_ERROR_CODE status =
        qpdf_oh_get_stream_data_(document->data, object, qpdf_dl_none, NULL, data, count);
    if (qpdf_has_error_(document->data)) {
        qpdf_get_error_(document->data);
        status |= QPDF_ERRORS;
    }
    if (!(status & QPDF_ERRORS)) return 0;
    free(*data);
    *data = NULL;
    return 1;
}
