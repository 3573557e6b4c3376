#include "CQPDF.h"

#include <dlfcn.h>
#include <pthread.h>
#include <qpdf/qpdf-c.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define FUNCTIONS(USE) \
    USE(qpdf_init) USE(qpdf_cleanup) USE(qpdf_silence_errors) USE(qpdf_set_suppress_warnings) USE(qpdf_read) \
    USE(qpdf_read_memory) USE(qpdf_has_error) USE(qpdf_get_error) USE(qpdf_get_error_code) \
    USE(qpdf_get_error_message_detail) USE(qpdf_more_warnings) USE(qpdf_is_encrypted) USE(qpdf_get_pdf_version) \
    USE(qpdf_get_trailer) USE(qpdf_get_object_by_id) USE(qpdf_oh_is_stream) \
    USE(qpdf_oh_get_dict) USE(qpdf_oh_unparse_resolved) USE(qpdf_get_last_string_length) USE(qpdf_oh_release_all) \
    USE(qpdf_oh_get_stream_data) USE(qpdf_init_write_memory) USE(qpdf_set_object_stream_mode) \
    USE(qpdf_set_stream_data_mode) USE(qpdf_set_compress_streams) USE(qpdf_set_decode_level) \
    USE(qpdf_set_static_ID) USE(qpdf_set_r6_encryption_parameters2) USE(qpdf_write) USE(qpdf_get_buffer_length) USE(qpdf_get_buffer)

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

void secr_qpdf_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
}

struct secr_qpdf {
    qpdf_data data;
    void *stack;
    size_t stack_size;
    int is_visited;
};

/*
 * The library follows objects from one to the next by calls within calls, as far as a document leads. It runs on a stack
 * that is large enough for that.
 */
typedef struct {
    void (*work)(secr_qpdf *document, void *argument);
    secr_qpdf *document;
    void *argument;
} task;

static void begin(unsigned high, unsigned low) {
    const task *own = (const task *)((uintptr_t)high << 32 | (uintptr_t)low);
    own->work(own->document, own->argument);
}

static void run(secr_qpdf *document, void (*work)(secr_qpdf *, void *), void *argument) {
    if (document->is_visited) {
        work(document, argument);
        return;
    }
    ucontext_t here, there;
    task own = {work, document, argument};
    uintptr_t address = (uintptr_t)&own;
    getcontext(&there);
    there.uc_stack.ss_sp = document->stack;
    there.uc_stack.ss_size = document->stack_size;
    there.uc_link = &here;
    makecontext(&there, (void (*)(void))begin, 2, (unsigned)((uint64_t)address >> 32), (unsigned)address);
    swapcontext(&here, &there);
}

static void note_error(secr_qpdf *document, char *message, enum qpdf_error_code_e *code) {
    qpdf_error error = qpdf_get_error_(document->data);
    if (error == NULL) return;
    *code = qpdf_get_error_code_(document->data, error);
    const char *text = qpdf_get_error_message_detail_(document->data, error);
    if (text != NULL) strncpy(message, text, SECR_QPDF_MESSAGE - 1);
}

typedef struct {
    const char *path, *bytes, *password;
    size_t count;
    char *message;
    secr_qpdf_status status;
} opening;

static void open_document(secr_qpdf *document, void *argument) {
    opening *own = argument;
    document->data = qpdf_init_();
    qpdf_silence_errors_(document->data);
    qpdf_set_suppress_warnings_(document->data, QPDF_TRUE);
    QPDF_ERROR_CODE status =
        own->path != NULL ? qpdf_read_(document->data, own->path, own->password)
                          : qpdf_read_memory_(document->data, "document", own->bytes, own->count, own->password);
    if (!(status & QPDF_ERRORS)) return;
    enum qpdf_error_code_e code = qpdf_e_damaged_pdf;
    note_error(document, own->message, &code);
    own->status = code == qpdf_e_password ? SECR_QPDF_PASSWORD : SECR_QPDF_DAMAGED;
}

static void close_document(secr_qpdf *document, void *argument) {
    (void)argument;
    qpdf_cleanup_(&document->data);
}

secr_qpdf_status secr_qpdf_open(
    const char *path, const char *bytes, size_t count, const char *password, size_t stack, secr_qpdf **document,
    char *message) {
    secr_qpdf_load();
    memset(message, 0, SECR_QPDF_MESSAGE);
    *document = NULL;
    if (!is_loaded) return SECR_QPDF_MISSING;
    secr_qpdf *opened = calloc(1, sizeof *opened);
    if (opened == NULL) abort();
    opened->stack_size = stack;
    opened->stack = mmap(NULL, stack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (opened->stack == MAP_FAILED) {
        free(opened);
        return SECR_QPDF_DAMAGED;
    }
    opening own = {path, bytes, password, count, message, SECR_QPDF_DONE};
    run(opened, open_document, &own);
    if (own.status == SECR_QPDF_DONE) *document = opened; else secr_qpdf_close(opened);
    return own.status;
}

#define LARGE_PAGE ((size_t)2 << 20)

void *secr_qpdf_room(size_t count) {
    if (count < LARGE_PAGE) return malloc(count > 0 ? count : 1);
    if (count > SIZE_MAX - LARGE_PAGE) return NULL;
    void *room = aligned_alloc(LARGE_PAGE, (count + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE);
    /* Where there are none, that is as well. */
    if (room != NULL) madvise(room, count, MADV_HUGEPAGE);
    return room;
}

void secr_qpdf_close(secr_qpdf *document) {
    run(document, close_document, NULL);
    munmap(document->stack, document->stack_size);
    free(document);
}

typedef struct {
    void (*body)(void *context);
    void *context;
} visit;

static void begin_visit(secr_qpdf *document, void *argument) {
    const visit *own = argument;
    document->is_visited = 1;
    own->body(own->context);
    document->is_visited = 0;
}

void secr_qpdf_visit(secr_qpdf *document, void (*body)(void *context), void *context) {
    visit own = {body, context};
    run(document, begin_visit, &own);
}

int secr_qpdf_is_repaired(secr_qpdf *document) { return qpdf_more_warnings_(document->data) ? 1 : 0; }

int secr_qpdf_is_encrypted(secr_qpdf *document) { return qpdf_is_encrypted_(document->data) ? 1 : 0; }

const char *secr_qpdf_version(secr_qpdf *document) { return qpdf_get_pdf_version_(document->data); }

typedef struct {
    int number, generation;
    secr_qpdf_object found;
} finding;

static void find_object(secr_qpdf *document, void *argument) {
    finding *own = argument;
    qpdf_oh_release_all_(document->data);
    qpdf_oh object = own->number == 0 ? qpdf_get_trailer_(document->data)
                                      : qpdf_get_object_by_id_(document->data, own->number, own->generation);
    int is_stream = qpdf_oh_is_stream_(document->data, object) ? 1 : 0;
    if (is_stream) object = qpdf_oh_get_dict_(document->data, object);
    const char *text = qpdf_oh_unparse_resolved_(document->data, object);
    size_t count = qpdf_get_last_string_length_(document->data);
    if (qpdf_has_error_(document->data)) {
        qpdf_get_error_(document->data);
        return;
    }
    own->found = (secr_qpdf_object){text, count, is_stream};
}

secr_qpdf_object secr_qpdf_object_at(secr_qpdf *document, int number, int generation) {
    finding own = {number, generation, {"null", 4, 0}};
    run(document, find_object, &own);
    return own.found;
}

typedef struct {
    int number, generation;
    unsigned char **data;
    size_t *count;
    int is_failed;
} reading;

static void read_data(secr_qpdf *document, void *argument) {
    reading *own = argument;
    qpdf_oh_release_all_(document->data);
    qpdf_oh object = qpdf_get_object_by_id_(document->data, own->number, own->generation);
    QPDF_ERROR_CODE status =
        qpdf_oh_get_stream_data_(document->data, object, qpdf_dl_none, NULL, own->data, own->count);
    if (qpdf_has_error_(document->data)) {
        qpdf_get_error_(document->data);
        status |= QPDF_ERRORS;
    }
    if (!(status & QPDF_ERRORS)) return;
    free(*own->data);
    *own->data = NULL;
    own->is_failed = 1;
}

int secr_qpdf_stream_data(secr_qpdf *document, int number, int generation, unsigned char **data, size_t *count) {
    *data = NULL;
    *count = 0;
    reading own = {number, generation, data, count, 0};
    run(document, read_data, &own);
    return own.is_failed;
}

typedef struct {
    const char *password;
    const unsigned char *data;
    size_t count;
} encryption;

static void encrypt(secr_qpdf *document, void *argument) {
    encryption *own = argument;
    qpdf_data data = document->data;
    if (qpdf_init_write_memory_(data) & QPDF_ERRORS) return;
    qpdf_set_object_stream_mode_(data, qpdf_o_preserve);
    qpdf_set_stream_data_mode_(data, qpdf_s_preserve);
    qpdf_set_compress_streams_(data, QPDF_FALSE);
    qpdf_set_decode_level_(data, qpdf_dl_none);
    qpdf_set_static_ID_(data, QPDF_TRUE);
    qpdf_set_r6_encryption_parameters2_(
        data, own->password, own->password, QPDF_TRUE, QPDF_TRUE, QPDF_TRUE, QPDF_TRUE, QPDF_TRUE, QPDF_TRUE,
        qpdf_r3p_full, QPDF_TRUE);
    if (qpdf_write_(data) & QPDF_ERRORS) return;
    own->count = qpdf_get_buffer_length_(data);
    own->data = qpdf_get_buffer_(data);
}

int secr_qpdf_encrypt(secr_qpdf *document, const char *password, const unsigned char **data, size_t *count) {
    encryption own = {password, NULL, 0};
    run(document, encrypt, &own);
    *data = own.data;
    *count = own.count;
    return own.data == NULL;
}
