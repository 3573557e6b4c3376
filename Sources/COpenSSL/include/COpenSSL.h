#ifndef SECR_COPENSSL_H
#define SECR_COPENSSL_H

#include <stddef.h>
#include <stdint.h>

/*
 * ChaCha20-Poly1305 (RFC 8439) of OpenSSL 3, which is written for each processor: about three times as fast as libsodium
 * on one with AVX2. It is loaded at the first use, because that takes two thirds of the time in which a command starts.
 */

/* Whether the system has it. */
int secr_openssl_is_there(void);

/*
 * Seals `count` bytes, at most SECR_OPENSSL_LONGEST, and the tag of 16 bytes behind them. Key of 32 bytes, nonce of 12.
 * Returns whether that went well; if not, `sealed` holds nothing of use.
 */
int secr_openssl_seal(
    const uint8_t *key, const uint8_t *nonce, const uint8_t *additional, size_t additional_count,
    const uint8_t *plaintext, size_t count, uint8_t *sealed);

/*
 * Opens `count` bytes and the tag of 16 bytes behind them. Returns 1, or 0 where they are not authentic or the memory
 * ran out; then `plaintext` is all zeros.
 */
int secr_openssl_open(
    const uint8_t *key, const uint8_t *nonce, const uint8_t *additional, size_t additional_count,
    const uint8_t *sealed, size_t count, uint8_t *plaintext);

#define SECR_OPENSSL_LONGEST 0x40000000

#endif
