import Foundation
import Testing

@testable import LocalStack

@Suite("the doctor")
struct DoctorTests {
    @Test("finds every program, library and user that the stack needs, with versions")
    func healthyMachine() async throws {
        let findings = await LocalStack(directory: "/var/tmp/longshore-doctor/stack").doctor()
        let subjects = Set(findings.map(\.subject))
        #expect(
            subjects.isSuperset(of: ["rabbitmq-server", "postgres", "redis-server", "openssl"])
        )
        #expect(findings.filter { $0.verdict == .problem } == [])
        let broker = try #require(findings.first { $0.subject == "rabbitmq-server" })
        #expect(broker.detail.hasPrefix("version 3."))
        let cache = try #require(findings.first { $0.subject == "redis-server" })
        #expect(cache.detail.hasPrefix("version "))
    }

    @Test("changes nothing")
    func changesNothing() async {
        let directory = "/var/tmp/longshore-doctor-\(UInt64.random(in: 0...(.max)))"
        _ = await LocalStack(directory: directory).doctor()
        #expect(!FileManager.default.fileExists(atPath: directory))
    }

    @Test("names the Debian package of a program that is missing")
    func missingProgram() async {
        let program = Program(name: "no-such-server", package: "no-such-package", folders: [])
        let finding = await Doctor(directory: "/").examine(program)
        #expect(finding.verdict == .problem)
        #expect(finding.remedy?.hasSuffix("apt-get install no-such-package") ?? false)
        let error = #expect(throws: LocalStackError.self) { try program.path() }
        #expect(error?.code == .programMissing)
        #expect(error?.description.contains("apt-get install no-such-package") ?? false)
    }

    @Test("says where it cannot write")
    func unwritablePlace() {
        let finding = Doctor(directory: "/etc/passwd/longshore").place()
        #expect(finding.verdict == .problem)
        #expect(finding.detail.contains("`/etc/passwd`"))
    }
}
