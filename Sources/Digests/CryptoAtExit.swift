internal import CLibCrypto

/// Keeps OpenSSL from freeing its state when the process ends.
///
/// It would do so by `atexit`, while threads that have used it may still be ending and free their share:
/// a worker that had shut down in order died of a double free. It must be told before it is used.
/// <https://docs.openssl.org/3.0/man3/OPENSSL_init_crypto/>
public func keepCryptoAtExit() {
    OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil)
}
