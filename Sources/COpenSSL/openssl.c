#include "COpenSSL.h"

#include <dlfcn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

#define FUNCTIONS(USE) \
    USE(OPENSSL_init_crypto) USE(OSSL_LIB_CTX_new) USE(EVP_CIPHER_fetch) USE(EVP_CIPHER_CTX_new) \
    USE(EVP_CIPHER_CTX_free) USE(EVP_CIPHER_CTX_ctrl) USE(EVP_CipherInit_ex2) USE(EVP_CipherUpdate) \
    USE(EVP_CipherFinal_ex)

#define POINTER(NAME) static __typeof__(NAME) *NAME##_;
FUNCTIONS(POINTER)

static EVP_CIPHER *cipher;

static void load(void) {
    void *library = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return;
#define FIND(NAME) if ((NAME##_ = (__typeof__(NAME) *)dlsym(library, #NAME)) == NULL) return;
    FUNCTIONS(FIND)
    /* A process that ends while a thread still seals must not take the library away from it; and files that could name
     * other implementations are not read. */
    if (!OPENSSL_init_crypto_(OPENSSL_INIT_NO_ATEXIT | OPENSSL_INIT_NO_LOAD_CONFIG, NULL)) return;
    OSSL_LIB_CTX *own = OSSL_LIB_CTX_new_();
    if (own != NULL) cipher = EVP_CIPHER_fetch_(own, "ChaCha20-Poly1305", NULL);
}

int secr_openssl_is_there(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return cipher != NULL;
}

/* Everything up to the tag. The key is wiped with the context. */
static int run(
    EVP_CIPHER_CTX *context, int is_sealing, const uint8_t *key, const uint8_t *nonce, const uint8_t *additional,
    size_t additional_count, const uint8_t *input, size_t count, uint8_t *output) {
    int written;
    if (count > SECR_OPENSSL_LONGEST || additional_count > SECR_OPENSSL_LONGEST) return 0;
    if (!EVP_CipherInit_ex2_(context, cipher, key, nonce, is_sealing, NULL)) return 0;
    if (additional_count > 0 && !EVP_CipherUpdate_(context, NULL, &written, additional, (int)additional_count)) return 0;
    return count == 0 || (EVP_CipherUpdate_(context, output, &written, input, (int)count) && (size_t)written == count);
}

int secr_openssl_seal(
    const uint8_t *key, const uint8_t *nonce, const uint8_t *additional, size_t additional_count,
    const uint8_t *plaintext, size_t count, uint8_t *sealed) {
    int written;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new_();
    if (context == NULL) return 0;
    int is_done = run(context, 1, key, nonce, additional, additional_count, plaintext, count, sealed)
        && EVP_CipherFinal_ex_(context, sealed + count, &written)
        && EVP_CIPHER_CTX_ctrl_(context, EVP_CTRL_AEAD_GET_TAG, 16, sealed + count);
    EVP_CIPHER_CTX_free_(context);
    return is_done;
}

int secr_openssl_open(
    const uint8_t *key, const uint8_t *nonce, const uint8_t *additional, size_t additional_count,
    const uint8_t *sealed, size_t count, uint8_t *plaintext) {
    int written;
    uint8_t none[16];
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new_();
    if (context == NULL) {
        memset(plaintext, 0, count);
        return 0;
    }
    int is_authentic = run(context, 0, key, nonce, additional, additional_count, sealed, count, plaintext)
        && EVP_CIPHER_CTX_ctrl_(context, EVP_CTRL_AEAD_SET_TAG, 16, (void *)(uintptr_t)(sealed + count))
        && EVP_CipherFinal_ex_(context, none, &written);
    EVP_CIPHER_CTX_free_(context);
    if (!is_authentic) memset(plaintext, 0, count);
    return is_authentic;
}
