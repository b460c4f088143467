import Endpoints
import Testing

@testable import Signing

/// Signatures against those that AWS's documentation prints.
@Suite("Signatures")
struct SignatureV4Tests {
    private static let credentials = AWSCredentials(
        accessKey: "AKIAIOSFODNN7EXAMPLE",
        secretKey: Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    )
    /// 2013-05-24 00:00:00 UTC.
    private static let second = 1_369_353_600
    private static let host = "examplebucket.s3.amazonaws.com"

    private static func signature(_ request: SignableRequest) -> Substring? {
        SignatureV4(credentials, region: "us-east-1").fields(for: request, at: second)
            .first { $0.name == "authorization" }?
            .value.split(separator: "Signature=").last
    }

    // https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
    @Test("fields: the four examples of S3's documentation")
    func fields() {
        let get = SignableRequest(
            "GET",
            host: Self.host,
            path: "/test.txt",
            fields: [("Range", "bytes=0-9")]
        )
        #expect(
            Self.signature(get)
                == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        )
        let put = SignableRequest(
            "PUT",
            host: Self.host,
            path: SignableRequest.path("test$file.text"),
            fields: [
                ("Date", "Fri, 24 May 2013 00:00:00 GMT"),
                ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ],
            digest: "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"
        )
        #expect(
            Self.signature(put)
                == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
        )
        let lifecycle = SignableRequest(
            "GET",
            host: Self.host,
            path: "/",
            query: [("lifecycle", "")]
        )
        #expect(
            Self.signature(lifecycle)
                == "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
        )
        let list = SignableRequest(
            "GET",
            host: Self.host,
            path: "/",
            query: [("prefix", "J"), ("max-keys", "2")]
        )
        #expect(
            Self.signature(list)
                == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
        )
    }

    @Test("a session's token is signed and sent")
    func sessionToken() {
        let credentials = AWSCredentials(
            accessKey: "AKID",
            secretKey: Secret("secret"),
            sessionToken: Secret("to/ken=")
        )
        let signer = SignatureV4(credentials, region: "eu-west-1")
        let request = SignableRequest("GET", host: Self.host, path: "/a")
        let fields = signer.fields(for: request, at: Self.second)
        #expect(fields.contains { $0.name == "x-amz-security-token" && $0.value == "to/ken=" })
        #expect(fields.last?.value.contains("x-amz-date;x-amz-security-token,") == true)
    }

    @Test("paths and queries are encoded by bytes, and sorted by them")
    func encoding() {
        #expect(SignableRequest.path("a b/ñ+(1)~.csv") == "/a%20b/%C3%B1%2B%281%29~.csv")
        #expect(SignableRequest.path("e\u{301}/\u{600}'") == "/e%CC%81/%D8%80%27")
        #expect(
            SignableRequest.canonicalQuery([("b", "2"), ("a", "z"), ("a", "B"), ("Z", "é&=")])
                == "Z=%C3%A9%26%3D&a=B&a=z&b=2"
        )
    }

    @Test(
        "times are written in UTC",
        arguments: [
            (0, "19700101T000000Z"), (951_782_399, "20000228T235959Z"),
            (951_782_400, "20000229T000000Z"), (1_709_251_199, "20240229T235959Z"),
            (1_709_251_200, "20240301T000000Z"), (4_102_444_799, "20991231T235959Z"),
        ]
    )
    func times(second: Int, text: String) {
        #expect(Stamp(second).time == text)
    }
}
