// The cryptography of a key vault in memory, by OpenSSL. For tests: a phone has its Secure Enclave.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct evp_pkey_st soft_key;

// An ECDSA P-256 key, or NULL.
soft_key *_Nullable soft_key_new(void);
void soft_key_free(soft_key *_Nullable key);

// The uncompressed point, 65 bytes (SEC 1, section 2.3.3). 1 where it succeeded.
int soft_key_public(const soft_key *_Nonnull key, uint8_t point[_Nonnull 65]);

// ECDSA with SHA-256, DER. `signature` has room for 80 bytes. The length, or 0.
size_t soft_key_sign(soft_key *_Nonnull key, const uint8_t *_Nonnull message, size_t length, uint8_t *_Nonnull signature);

// AES-256-GCM: nonce of 12 bytes, ciphertext, tag of 16. The length, or 0 where it failed; `out` has room for length + 28.
size_t soft_seal(const uint8_t key[_Nonnull 32], const uint8_t *_Nonnull plain, size_t length, uint8_t *_Nonnull out);
size_t soft_open(const uint8_t key[_Nonnull 32], const uint8_t *_Nonnull sealed, size_t length, uint8_t *_Nonnull out);
