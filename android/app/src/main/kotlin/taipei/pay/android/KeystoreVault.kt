package taipei.pay.android

import android.content.Context
import android.content.pm.PackageManager
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties.AUTH_BIOMETRIC_STRONG
import android.security.keystore.KeyProperties.AUTH_DEVICE_CREDENTIAL
import android.security.keystore.KeyProperties.BLOCK_MODE_GCM
import android.security.keystore.KeyProperties.DIGEST_SHA256
import android.security.keystore.KeyProperties.ENCRYPTION_PADDING_NONE
import android.security.keystore.KeyProperties.KEY_ALGORITHM_AES
import android.security.keystore.KeyProperties.KEY_ALGORITHM_EC
import android.security.keystore.KeyProperties.PURPOSE_DECRYPT
import android.security.keystore.KeyProperties.PURPOSE_ENCRYPT
import android.security.keystore.KeyProperties.PURPOSE_SIGN
import android.security.keystore.StrongBoxUnavailableException
import android.security.keystore.UserNotAuthenticatedException
import java.math.BigInteger
import java.security.GeneralSecurityException
import java.security.KeyPairGenerator
import java.security.KeyStore
import java.security.PrivateKey
import java.security.Signature
import java.security.UnrecoverableKeyException
import java.security.interfaces.ECPublicKey
import java.security.spec.ECGenParameterSpec
import javax.crypto.AEADBadTagException
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec
import taipei.pay.KeyPurpose
import taipei.pay.KeyVault
import taipei.pay.ffi.VaultException

/** Keys in Android's Keystore, in StrongBox where the phone has one. None of them ever leaves it. */
class KeystoreVault(context: Context, private val presence: Presence) : KeyVault {
    private val store = KeyStore.getInstance("AndroidKeyStore").apply { load(null) }
    private val hasStrongBox = context.packageManager.hasSystemFeature(PackageManager.FEATURE_STRONGBOX_KEYSTORE)

    override fun wrap(key: ByteArray): ByteArray = told {
        val cipher = Cipher.getInstance(TRANSFORMATION)
        // Keystore chooses the nonce.
        cipher.init(Cipher.ENCRYPT_MODE, storeKey() ?: newStoreKey())
        cipher.iv + cipher.doFinal(key)
    }

    override fun unwrap(wrapped: ByteArray): ByteArray = told {
        if (wrapped.size <= NONCE) throw VaultException.KeyLost()
        val cipher = Cipher.getInstance(TRANSFORMATION)
        cipher.init(Cipher.DECRYPT_MODE, storeKey() ?: throw VaultException.KeyLost(), GCMParameterSpec(128, wrapped, 0, NONCE))
        cipher.doFinal(wrapped, NONCE, wrapped.size - NONCE)
    }

    override fun publicKey(purpose: KeyPurpose): ByteArray = told {
        val certificate = store.getCertificate(purpose.alias) ?: newSigningKey(purpose).let { store.getCertificate(purpose.alias) }
        val point = (certificate.publicKey as ECPublicKey).w
        byteArrayOf(4) + point.affineX.scalar() + point.affineY.scalar()
    }

    override fun renew(): Unit = told {
        for (purpose in KeyPurpose.entries) {
            store.deleteEntry(purpose.alias)
            newSigningKey(purpose)
        }
    }

    override fun sign(purpose: KeyPurpose, message: ByteArray): ByteArray = told {
        val key = store.getKey(purpose.alias, null) as? PrivateKey ?: throw VaultException.KeyLost()
        Signature.getInstance("SHA256withECDSA").run {
            initSign(key)
            update(message)
            sign()
        }
    }

    override fun confirmPresence(reason: String): Boolean = presence.confirm(reason)

    private fun storeKey() = store.getKey(STORE, null) as? SecretKey

    /** Usable while the phone is locked: what waits is paid in the background. */
    private fun newStoreKey(): SecretKey = strongest { spec ->
        KeyGenerator.getInstance(KEY_ALGORITHM_AES, store.provider).run {
            init(spec.setBlockModes(BLOCK_MODE_GCM).setEncryptionPaddings(ENCRYPTION_PADDING_NONE).setKeySize(256).build())
            generateKey()
        }
    }(STORE, PURPOSE_ENCRYPT or PURPOSE_DECRYPT)

    /** Consents are signed only just after somebody showed to be present, by the hardware's own clock. */
    private fun newSigningKey(purpose: KeyPurpose) {
        strongest { spec ->
            spec.setAlgorithmParameterSpec(ECGenParameterSpec("secp256r1")).setDigests(DIGEST_SHA256)
            if (purpose == KeyPurpose.CONSENT) {
                spec.setUserAuthenticationRequired(true).setUnlockedDeviceRequired(true)
                    .setUserAuthenticationParameters(PRESENT_S, AUTH_BIOMETRIC_STRONG or AUTH_DEVICE_CREDENTIAL)
            }
            KeyPairGenerator.getInstance(KEY_ALGORITHM_EC, store.provider).run {
                initialize(spec.build())
                generateKeyPair()
            }
        }(purpose.alias, PURPOSE_SIGN)
    }

    private fun <T> strongest(make: (KeyGenParameterSpec.Builder) -> T): (String, Int) -> T = { alias, purposes ->
        try {
            make(KeyGenParameterSpec.Builder(alias, purposes).setIsStrongBoxBacked(hasStrongBox))
        } catch (_: StrongBoxUnavailableException) {
            make(KeyGenParameterSpec.Builder(alias, purposes))
        }
    }

    /** Gone for good, not now, or not at all: the three that the core tells apart. */
    private inline fun <T> told(call: () -> T): T = try {
        call()
    } catch (_: KeyPermanentlyInvalidatedException) {
        throw VaultException.KeyLost()
    } catch (_: UnrecoverableKeyException) {
        throw VaultException.KeyLost()
    } catch (_: AEADBadTagException) {
        throw VaultException.KeyLost()
    } catch (_: UserNotAuthenticatedException) {
        throw VaultException.NotPresent()
    } catch (_: GeneralSecurityException) {
        throw VaultException.Failed()
    }

    private val KeyPurpose.alias get() = "paytaipei.${name.lowercase()}"

    private companion object {
        const val STORE = "paytaipei.store"
        const val TRANSFORMATION = "AES/GCM/NoPadding"
        const val NONCE = 12

        /** How long after the fingerprint a consent may be signed. */
        const val PRESENT_S = 30
    }
}

/** 32 bytes, the highest first (SEC 1, section 2.3.3). */
private fun BigInteger.scalar(): ByteArray {
    val bytes = toByteArray().takeLast(32).toByteArray()
    return ByteArray(32 - bytes.size) + bytes
}
