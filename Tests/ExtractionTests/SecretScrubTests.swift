import Endpoints
import Foundation
import Pipelines
import Testing

@testable import Extraction

/// What is put in the place of secrets.
@Suite("Secrets in answers")
struct SecretScrubTests {
    private static func scrub(_ secrets: String...) -> SecretScrub {
        var scrub = SecretScrub()
        for secret in secrets { scrub.add(secret) }
        return scrub
    }

    @Test(
        "are found as they are, as URLs, JSON and HTML write them, and as all of these mixed",
        arguments: [
            #"a+b/c=""#, #"a+b\/c=\""#, "a%2Bb%2fc%3D%22", #"a\u002Bb\/c\u003d\u0022"#,
            "a&#43;b&#x2F;c=&quot;", "A&#043;B&#X002f;C&#61;&QUOT;", #"%61\u002bb/c=\""#,
            #"\u0061\u002b\u0062\u002F\u0063\u003D\u0022"#,
        ]
    )
    func written(_ form: String) {
        #expect(Self.scrub(#"a+b/c=""#).scrubbed("<\(form)\(form)>") == "<******>")
    }

    @Test("are found as HTML names signs")
    func names() {
        let secret = "!\"#$%&'()*+,./:;<=>?@[\\]^_`{|}"
        let named =
            "&excl;&quot;&num;&dollar;&percnt;&amp;&apos;&lpar;&rpar;&ast;&plus;&comma;&period;&sol;&colon;&semi;"
            + "&lt;&equals;&gt;&quest;&commat;&lbrack;&bsol;&rsqb;&Hat;&lowbar;&grave;&lcub;&vert;&rbrace;"
        #expect(Self.scrub(secret).scrubbed("<\(named)>") == "<***>")
    }

    @Test("are found with letters of all writings and with their own backslashes")
    func scalars() {
        for form in ["clé-𝄞", "cl%C3%a9-%f0%9d%84%9e", #"cl\u00E9-\ud834\udd1e"#] {
            #expect(Self.scrub("clé-𝄞").scrubbed(form) == "***")
        }
        #expect(Self.scrub(#"secret\"#).scrubbed(#""secret\\""#) == #""***""#)
        #expect(Self.scrub(#"se\\cret"#).scrubbed(#"se\\cret se\\\\cret"#) == "*** ***")
    }

    @Test("are found as forms write a blank, and JSON a line's end")
    func controls() {
        let scrub = Self.scrub("correct horse\nbattery\t!")
        for form in [
            "correct+horse%0Abattery%09!", #"correct horse\nbattery\t!"#,
            "correct horse\nbattery\t!",
        ] {
            #expect(scrub.scrubbed("<\(form)>") == "<***>")
        }
    }

    @Test("are found in Base64 at each offset, in hexadecimal digits and in whatever case")
    func encoded() {
        let scrub = Self.scrub("s3cr&t?>>~~key")
        for start in ["", "a", "ab", "abc:"] {
            let code = Data("\(start)s3cr&t?>>~~key@h".utf8).base64EncodedString()
            let forURLs = code.replacing("+", with: "-").replacing("/", with: "_")
            let escaped = code.replacing("+", with: "%2B").replacing("/", with: #"\/"#)
            // What is left are digits that others share, and how they are written.
            for text in [code, forURLs, escaped] {
                let scrubbed = scrub.scrubbed(text)
                let room = start.utf8.count + 3 + 8 + (text.utf8.count - code.utf8.count)
                #expect(scrubbed.contains("***") && scrubbed.utf8.count <= room, "\(scrubbed)")
            }
        }
        #expect(scrub.scrubbed("0x7333637226743F3E3E7E7E6b6579;") == "0x***;")
        #expect(scrub.scrubbed("S3CR&T?>>~~KEY S3cr&amp;t?&gt;&gt;~~Key") == "*** ***")
    }

    @Test("are left alone where they are others, cut off, or too short")
    func others() {
        for text in ["a-b/c=", "a+b/c", "a%2", #"a\u002"#, "%", #"\"#, ""] {
            #expect(Self.scrub("a+b/c=", "short").scrubbed(text + "short") == text + "short")
        }
    }

    @Test("of a client are also hidden as its field `Authorization` says them")
    func client() throws {
        var place = HTTPPlace(url: "https://h.example")
        place.authentication = .clientCredentials(
            OAuthClient(
                url: "https://h.example/token",
                client: "app",
                secret: "s&cret",
                scope: "",
                sendsInBody: false
            )
        )
        let texts = try HTTPTexts(place, name: "ads", SourceEnvironment { _ in nil })
        #expect(texts.scrub.scrubbed("Basic YXBwOnMlMjZjcmV0") == "Basic ***")
    }
}
