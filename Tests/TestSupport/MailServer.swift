internal import Foundation
internal import Processes
internal import Synchronization
internal import Testing

/// A mail server of a test's own, on a free port of 127.0.0.1, in Python: it keeps what it gets.
///
/// Recipients whose name begins with `gone` are refused.
public final class MailServer: Sendable {
    /// How it speaks.
    public enum Mode: String, Sendable {
        /// It knows no TLS.
        case plain
        /// TLS begins when it is asked for.
        case startTLS = "starttls"
        /// TLS comes first.
        case tls
    }

    /// A mail as it came.
    public struct Mail: Sendable, Decodable {
        /// The sender of the envelope.
        public let sender: String
        /// The recipients of the envelope that were taken.
        public let recipients: [String]
        /// Header and body.
        public let data: String
        /// Whether it came through TLS.
        public let isSecure: Bool
        /// Who has logged in: `user:password`.
        public let login: String?

        /// The fields of the header, their lines joined.
        public var fields: [String: String] {
            let head = data.components(separatedBy: "\r\n\r\n")[0]
                .replacingOccurrences(of: "\r\n ", with: " ")
            let pairs = head.components(separatedBy: "\r\n")
                .map { line in
                    let name = line.prefix { $0 != ":" }
                    return (String(name), String(line.dropFirst(name.count + 2)))
                }
            return Dictionary(pairs, uniquingKeysWith: { $0 + "\n" + $1 })
        }
        /// What follows the header.
        public var body: String {
            data.components(separatedBy: "\r\n\r\n").dropFirst().joined(separator: "\r\n\r\n")
        }
    }

    private final class Box: Sendable {
        let mails = Mutex<[Mail]>([])
    }

    /// Where it listens.
    public let port: Int
    private let box = Box()
    private let program: Mutex<ChildProcess>

    /// Starts one; what speaks TLS needs certificates.
    public init(_ mode: Mode = .plain, _ certificates: TestCertificates? = nil) throws {
        let output = Pipe()
        let started = try ChildProcess(
            Command(
                "python3",
                [
                    "-c", Self.script, mode.rawValue, certificates?.serverCertificate ?? "",
                    certificates?.serverKey ?? "",
                ],
                output: .descriptor(output.fileHandleForWriting.fileDescriptor),
                errors: .nothing
            )
        )
        try output.fileHandleForWriting.close()
        program = Mutex(started)
        let lines = Lines(output.fileHandleForReading)
        port = try #require(lines.next().flatMap { Int(String(decoding: $0, as: UTF8.self)) })
        Thread.detachNewThread { [box] in
            while let line = lines.next() {
                guard let mail = try? JSONDecoder().decode(Mail.self, from: line) else { continue }
                box.mails.withLock { $0.append(mail) }
            }
        }
    }

    deinit {
        program.withLock { process in
            process.send(SIGKILL)
            _ = process.waitForEnd()
        }
    }

    /// All that has come until now.
    public var mails: [Mail] { box.mails.withLock { $0 } }

    /// The lines of a pipe; read by one thread after the other.
    private final class Lines: @unchecked Sendable {
        private let handle: FileHandle
        private var rest = Data()

        init(_ handle: FileHandle) { self.handle = handle }

        func next() -> Data? {
            while true {
                if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    defer { rest = Data(rest[(end + 1)...]) }
                    return Data(rest[..<end])
                }
                let more = handle.availableData
                guard !more.isEmpty else { return nil }
                rest += more
            }
        }
    }

    private static let script = #"""
        import base64, json, socket, ssl, sys, threading
        mode, certificate, key = sys.argv[1:4]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if certificate: context.load_cert_chain(certificate, key)
        told = threading.Lock()

        def tell(text):
            with told:
                print(text, flush=True)

        def serve(peer):
            secure = mode == "tls"
            if secure: peer = context.wrap_socket(peer, server_side=True)
            file = peer.makefile("rb")
            def say(line): peer.sendall(line.encode() + b"\r\n")
            say("220 test ESMTP")
            sender, recipients, login = "", [], None
            while True:
                line = file.readline()
                if not line: return
                word = line.decode().strip()
                verb = word.upper()
                if verb.startswith("EHLO"):
                    if mode == "starttls" and not secure: say("250-STARTTLS")
                    if secure: say("250-AUTH PLAIN")
                    say("250 8BITMIME")
                elif verb.startswith("HELO"): say("250 test")
                elif verb == "STARTTLS" and mode == "starttls":
                    say("220 go on")
                    peer = context.wrap_socket(peer, server_side=True)
                    file, secure = peer.makefile("rb"), True
                elif verb.startswith("AUTH PLAIN"):
                    given = word[10:].strip()
                    if not given:
                        say("334 ")
                        given = file.readline().decode().strip()
                    login = ":".join(base64.b64decode(given).decode().split("\0")[1:])
                    say("235 welcome")
                elif verb.startswith("MAIL FROM:"): sender = word[10:].split(" ")[0]; say("250 ok")
                elif verb.startswith("RCPT TO:"):
                    if word[8:].startswith("<gone"): say("550 nobody")
                    else: recipients.append(word[8:]); say("250 ok")
                elif verb == "DATA":
                    say("354 go on")
                    data = b""
                    while not data.endswith(b"\r\n.\r\n"): data += file.read(1)
                    data = data[:-3].replace(b"\r\n..", b"\r\n.")
                    tell(json.dumps({"sender": sender, "recipients": recipients, "isSecure": secure,
                        "login": login, "data": data.decode()}))
                    say("250 taken")
                elif verb == "QUIT": say("221 bye"); return
                else: say("502 unknown")

        def guarded(peer):
            try: serve(peer)
            except (OSError, ssl.SSLError): pass
            finally: peer.close()

        listener = socket.create_server(("127.0.0.1", 0))
        tell(listener.getsockname()[1])
        while True:
            peer, _ = listener.accept()
            threading.Thread(target=guarded, args=(peer,), daemon=True).start()
        """#
}
