#include "soft_vault.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

enum { NONCE = 12, TAG = 16 };

soft_key *soft_key_new(void) { return EVP_EC_gen("P-256"); }

void soft_key_free(soft_key *key) { EVP_PKEY_free(key); }

int soft_key_public(const soft_key *key, uint8_t point[65]) {
    size_t length = 0;
    return EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, 65, &length) == 1 && length == 65 &&
           point[0] == 4;
}

size_t soft_key_sign(soft_key *key, const uint8_t *message, size_t length, uint8_t *signature) {
    size_t written = 80;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int done = context != NULL && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
               EVP_DigestSign(context, signature, &written, message, length) == 1;
    EVP_MD_CTX_free(context);
    return done ? written : 0;
}

size_t soft_seal(const uint8_t key[32], const uint8_t *plain, size_t length, uint8_t *out) {
    int part = 0, rest = 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int done = context != NULL && RAND_bytes(out, NONCE) == 1 &&
               EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, out) == 1 &&
               EVP_EncryptUpdate(context, out + NONCE, &part, plain, (int)length) == 1 &&
               EVP_EncryptFinal_ex(context, out + NONCE + part, &rest) == 1 &&
               EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG, out + NONCE + length) == 1;
    EVP_CIPHER_CTX_free(context);
    return done ? NONCE + length + TAG : 0;
}

size_t soft_open(const uint8_t key[32], const uint8_t *sealed, size_t length, uint8_t *out) {
    if (length <= NONCE + TAG) return 0;
    size_t inner = length - NONCE - TAG;
    int part = 0, rest = 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int done = context != NULL && EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, sealed) == 1 &&
               EVP_DecryptUpdate(context, out, &part, sealed + NONCE, (int)inner) == 1 &&
               EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, TAG, (void *)(sealed + NONCE + inner)) == 1 &&
               EVP_DecryptFinal_ex(context, out + part, &rest) == 1;
    EVP_CIPHER_CTX_free(context);
    return done ? inner : 0;
}
