/// A key of RSA with 1,024 bits, in PKCS #8, of the tests alone.
public let rsaTestKey = """
    -----BEGIN PRIVATE KEY-----
    MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBALSBidTcn2GhVvvk
    3rcVUBFrphU5MP2MDZMScDGJEgbSDpqkd0sh0tzTfGvFUz2kZnQsxgL6cz1oe/zz
    0pbzICSxXSuGnh91vsFvZCQtzc/AfThjeKstjcv0xDgYDq4e0tSoLKV4uTciyvYl
    /Jhfr/gtKvyQpxkxicUp/T9G8EBrAgMBAAECgYBav1VAArrOJoLImMOvX7OlTm1s
    9he/II4ihn6JKNQ7QZe9/zlKOHL+OgSvWcEDmIc5mNjj3m3ZTZIoFZyl7w0VDUBb
    0rm3lNXzqJZwpBkIoXlwa142mwX6INJNYmzdmSelYGJInvqcjc9sWIVfTJAYGmoB
    Ch9Z+CPqOJoORrOKIQJBANgezndf/C9rn1F8PL86SB9R5+OqFjXyH9YowTvlDYhl
    7CcOuFOfbtLFfCSPVwiymmOXKRExYFFL7QGLcdSUhN0CQQDV0F2YUkpSTzaj9y98
    LQ5Gzj+V+iPEUqCJTJFlZCY+bimtaFKEBdVM6eR7zboJY7SKkDmnjJCR8DCi/OwN
    zYHnAkAk0ZLBGZQgDAi3XCAJQAebdlu4GHjyNc6gsI7DAnG8xAhoWwSiEm5R8B0H
    KXhdXfgZcV4otK3BC9tTwQrieW7tAkAK4w4w+FeyczgcBzUSxJSKhGv2bgMuNurX
    st9gY0YTPba/jqVM9aMTxIEO0L3dRodl2swkvOKLm8hONESsuz8XAkEA0OPDfcqn
    keUhslDZBaYOTZkV1TOhbz+Npe35YQD9Bgn7onOZjOQA78jiPg7UYrFr2C1MB/sD
    B+FlTotEMYiFAw==
    -----END PRIVATE KEY-----
    """
