#ifndef SECR_CQPDF_H
#define SECR_CQPDF_H

#include <stddef.h>

/*
 * libqpdf as far as it is needed: structure, repair, decryption and encryption of documents. It is loaded
 * when the first document is opened, because a tenth of a second of every other file's scrub would go into that.
 */

#define SECR_QPDF_MESSAGE 200

typedef struct secr_qpdf secr_qpdf;

typedef enum {
    SECR_QPDF_DONE = 0,
    /* The library is not installed, or not one of the versions that are known. */
    SECR_QPDF_MISSING,
    /* The password is not one of the document's. */
    SECR_QPDF_PASSWORD,
    SECR_QPDF_DAMAGED,
} secr_qpdf_status;

/* Loads the library, if it is there; the first document that is opened does so too. */
void secr_qpdf_load(void);

/*
 * Opens a document that lies in memory, or, where `path` is not null, in a file. Memory and password have to stay as they
 * are until the document is closed. `stack` is how much the library may use to follow objects, in bytes. `message` holds
 * SECR_QPDF_MESSAGE bytes.
 */
secr_qpdf_status secr_qpdf_open(
    const char *path, const char *bytes, size_t count, const char *password, size_t stack, secr_qpdf **document,
    char *message);

/* Room for a document that lies in memory, in pages that are as large as there are. To be freed; null where there is none. */
void *secr_qpdf_room(size_t count);

void secr_qpdf_close(secr_qpdf *document);

/*
 * Runs `body`, which may call what stands below as often as it wants. Each of these needs a stack of its own; to change to
 * it once for many calls is faster.
 */
void secr_qpdf_visit(secr_qpdf *document, void (*body)(void *context), void *context);

/* Whether something had to be repaired so far. */
int secr_qpdf_is_repaired(secr_qpdf *document);
int secr_qpdf_is_encrypted(secr_qpdf *document);
/* Such as "1.7". */
const char *secr_qpdf_version(secr_qpdf *document);

typedef struct {
    /* As PDF text; of a stream, its dictionary. Good until the next call. */
    const char *text;
    size_t count;
    int is_stream;
} secr_qpdf_object;

/* The trailer where `number` is 0. */
secr_qpdf_object secr_qpdf_object_at(secr_qpdf *document, int number, int generation);

/*
 * Data of a stream, decrypted, with all filters. Returns 0, or anything else where that is impossible; `data` is to be
 * freed.
 */
int secr_qpdf_stream_data(secr_qpdf *document, int number, int generation, unsigned char **data, size_t *count);

/* The second half of the identifier of what secr_qpdf_encrypt writes. */
#define SECR_QPDF_IDENTIFIER "31415926535897932384626433832795"

/*
 * The document as a file that opens with `password` only, encrypted with AES-256 (ISO 32000-2, revision 6). Streams keep
 * their filters, objects their order. Returns 0, or anything else where that is impossible; `data` stays until the document
 * is closed.
 */
int secr_qpdf_encrypt(secr_qpdf *document, const char *password, const unsigned char **data, size_t *count);

#endif
