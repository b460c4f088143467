import Foundation
import TestSupport
import Testing

/// `longshore seal` and `unseal`, by the built binary.
@Suite("Seals")
struct SealTests {
    private static func harbour() async throws -> (harbour: Harbour, program: Program) {
        let harbour = try await Harbour.open()
        let key = harbour.data + "/sealing.key"
        return (harbour, harbour.program.with(["LONGSHORE_SEALING_KEY_FILE": key]))
    }

    @Test("a key is made once, for its owner only; what is sealed with it comes back by its name")
    func roundTrip() async throws {
        let (harbour, program) = try await Self.harbour()
        let key = harbour.data + "/sealing.key"
        let made = try await program.run("seal", "--new-key", key)
        #expect(made.exitCode == 0, "\(made.errors)")
        let attributes = try FileManager.default.attributesOfItem(atPath: key)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        let text = try String(contentsOfFile: key, encoding: .utf8)
        #expect(!made.output.contains(text.prefix(20)))
        let again = try await program.run("seal", "--new-key", key)
        #expect(again.exitCode == 64)
        #expect(again.errors.contains("is there already"), "\(again.errors)")
        #expect(try String(contentsOfFile: key, encoding: .utf8) == text)

        let back = try await program.shell(
            #"printf 'hunter2 \303\274\nb\n' | "$L" seal crm | "$L" unseal crm"#
        )
        #expect(back.exitCode == 0, "\(back.errors)")
        #expect(back.output == "hunter2 ü\nb")
        let other = try await program.shell(
            #"set -o pipefail; echo hunter2 | "$L" seal crm | "$L" unseal erp"#
        )
        #expect(other.exitCode == 65)
        #expect(
            other.errors.contains("the sealed credential `erp` cannot be opened"),
            "\(other.errors)"
        )
        #expect(!(other.output + other.errors).contains("hunter2"))
    }

    @Test(
        "what is missing is told",
        arguments: [
            (#"echo x | "$L" seal crm"#, 65, "cannot be read"),
            (
                #"echo x | LONGSHORE_SEALING_KEY_FILE= "$L" seal crm"#, 64,
                "`longshore seal --new-key FILE`"
            ),
            (#"echo x | "$L" seal"#, 64, "expected the name of a credential"),
            (#""$L" seal crm --new-key k"#, 64, "and not both"),
            (
                #""$L" seal --new-key k; LONGSHORE_SEALING_KEY_FILE=k "$L" seal crm </dev/null"#,
                64, "is empty"
            ),
            (
                #"echo bad >k; echo x | LONGSHORE_SEALING_KEY_FILE=k "$L" seal crm"#, 65,
                "has no key"
            ),
        ]
    )
    func refused(script: String, code: Int32, message: String) async throws {
        let (_, program) = try await Self.harbour()
        let run = try await program.shell(script)
        #expect(run.exitCode == code, "\(run.errors)")
        #expect(run.errors.contains(message), "\(run.errors)")
    }
}
