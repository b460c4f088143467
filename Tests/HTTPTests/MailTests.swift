import Endpoints
import Loopback
import TestSupport
import Testing

@testable import HTTP

/// Mails to a server in Python.
@Suite("Mails")
struct MailTests {
    private func mail(to recipients: [String] = ["ops@example.com"]) -> OutgoingMail {
        let text = "Subject: a test\r\n\r\nfirst\r\n.\r\nlast\r\n"
        return OutgoingMail(
            sender: "from@example.com",
            recipients: recipients,
            bytes: Array(text.utf8)
        )
    }

    private func client(
        plaintext: Bool = false,
        authorities: String? = nil,
        reach: Reach = .privateNetworks
    ) -> MailClient {
        MailClient(
            HTTPConfiguration(
                reach: reach,
                allowsPlaintext: plaintext,
                authorityFile: authorities
            )
        )
    }

    @Test("comes as it was sent, to those that the server knows")
    func plain() async throws {
        let server = try MailServer()
        let url = try MailURL("smtp://127.0.0.1:\(server.port)")
        let mail = mail(to: ["ops@example.com", "gone@example.com", "on.call@example.com"])
        try await client(plaintext: true).send(mail, to: url)
        await eventually("the mail is there") { server.mails.count == 1 }
        let got = try #require(server.mails.first)
        #expect(got.sender == "<from@example.com>")
        #expect(got.recipients == ["<ops@example.com>", "<on.call@example.com>"])
        #expect(got.data == String(decoding: mail.bytes, as: UTF8.self))
        #expect(!got.isSecure)
    }

    @Test("fails when the server takes none of its recipients")
    func refused() async throws {
        let server = try MailServer()
        let url = try MailURL("smtp://127.0.0.1:\(server.port)")
        let error = await #expect(throws: MailError.self) {
            try await client(plaintext: true).send(mail(to: ["gone@example.com"]), to: url)
        }
        #expect(error?.code == .failed)
        #expect(error?.message.contains("550") == true)
        #expect(server.mails.isEmpty)
    }

    @Test(
        "no mail goes without TLS, neither to a server that has none nor by one that leaves it out"
    )
    func demanded() async throws {
        let server = try MailServer()
        let url = try MailURL("smtp://127.0.0.1:\(server.port)")
        await #expect(throws: MailError.self) { try await client().send(mail(), to: url) }
        #expect(server.mails.isEmpty)
    }

    @Test(
        "goes through TLS, with the password, to a server whose certificate is trusted",
        arguments: [(MailServer.Mode.startTLS, "smtp"), (.tls, "smtps")]
    )
    func secure(mode: MailServer.Mode, scheme: String) async throws {
        let certificates = try TestCertificates()
        let server = try MailServer(mode, certificates)
        let url = try MailURL("\(scheme)://us%40er:pa%3Ass@localhost:\(server.port)")
        try await client(authorities: certificates.authority).send(mail(), to: url)
        await eventually("the mail is there") { server.mails.count == 1 }
        #expect(server.mails.first?.isSecure == true)
        #expect(server.mails.first?.login == "us@er:pa:ss")
        await #expect(throws: MailError.self) {
            try await client(authorities: certificates.otherAuthority).send(mail(), to: url)
        }
        #expect(server.mails.count == 1)
    }

    @Test("a private network is reached only where that is meant")
    func reach() async throws {
        let server = try MailServer()
        let url = try MailURL("smtp://127.0.0.1:\(server.port)")
        let error = await #expect(throws: MailError.self) {
            try await client(plaintext: true, reach: .internet).send(mail(), to: url)
        }
        #expect(error?.message.contains("private: true") == true)
    }

    @Test("a mail that is cancelled ends soon, also where the server says nothing")
    func cancelled() async throws {
        let server = try WebServer { _, _ in }
        let url = try MailURL("smtp://127.0.0.1:\(server.port)")
        let sending = Task { try await client(plaintext: true).send(mail(), to: url) }
        await eventually("the server is asked") { server.connectionCount == 1 }
        sending.cancel()
        let start = ContinuousClock.now
        let error = await #expect(throws: MailError.self) { try await sending.value }
        #expect(ContinuousClock.now - start < .seconds(15))
        #expect(error?.code == .cancelled)
    }

    @Test("a URL has a host, a port, and a login that ends no line")
    func urls() throws {
        #expect(try MailURL("smtps://mail.example.com").port == 465)
        #expect(try MailURL("smtp://mail.example.com").port == 587)
        #expect(try MailURL("smtp://mail.example.com:443").port == 443)
        let url = try MailURL("SMTPS://o%40x:se%2Fcret@mail.example.com:2465/")
        #expect(url.user == "o@x")
        #expect(url.password == Secret("se/cret"))
        #expect(url.description == "smtps://mail.example.com:2465")
        for text in [
            "mail.example.com", "https://mail.example.com", "smtps://", "smtps://a b",
            "smtps://mail/inbox", "smtps://mail?x=1", "smtps://user@mail",
            "smtps://us%0d%0aQUIT:x@mail", "smtps://user:pa%00ss@mail", "smtps://mail:0",
        ] {
            let error = #expect(throws: MailError.self) { try MailURL(text) }
            #expect(error?.code == .misconfigured)
        }
    }
}
