internal import Endpoints
internal import Signing

/// The files in which AWS' tools keep keys: `~/.aws/credentials`, then `~/.aws/config`.
///
/// Only keys are read of a profile; one that runs a program, or asks a browser, has none here.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>
struct AWSProfiles {
    let machine: Machine

    /// The credentials of a profile; `nil` is the one that AWS_PROFILE names, or `default`.
    func finding(_ name: String?) -> AWSChain.Finding {
        let name = name ?? machine.variable("AWS_PROFILE") ?? "default"
        for (file, headings) in files(name) {
            guard let text = file.flatMap(machine.text(ofFile:)) else { continue }
            let values = Self.values(of: headings, in: text)
            guard let key = values["aws_access_key_id"],
                let secret = values["aws_secret_access_key"]
            else { continue }
            let credentials = AWSCredentials(
                accessKey: key,
                secretKey: Secret(secret),
                sessionToken: values["aws_session_token"].map { Secret($0) }
            )
            // Somebody else may change the file meanwhile.
            let now = machine.now()
            return .found(Renewable(credentials, at: now, expires: now + 600))
        }
        return .absent("the files of AWS have no keys of the profile `\(name)`")
    }

    private func files(_ name: String) -> [(path: String?, headings: [String])] {
        let folder = machine.variable("HOME").map { $0 + "/.aws/" }
        return [
            (
                machine.variable("AWS_SHARED_CREDENTIALS_FILE")
                    ?? folder.map { $0 + "credentials" },
                [name]
            ),
            (
                machine.variable("AWS_CONFIG_FILE") ?? folder.map { $0 + "config" },
                name == "default" ? [name, "profile \(name)"] : ["profile \(name)"]
            ),
        ]
    }

    /// What stands below some headings.
    private static func values(of headings: [String], in text: String) -> [String: String] {
        var values: [String: String] = [:]
        var isWanted = false
        let heading = /\s*\[\s*(.*?)\s*\].*/.matchingSemantics(.unicodeScalar)
        let setting = /\s*([a-z_]+)\s*=\s*(\S+)\s*/.matchingSemantics(.unicodeScalar)
        for line in text.split(whereSeparator: \.isNewline) {
            if let match = line.wholeMatch(of: heading) {
                isWanted = headings.contains(String(match.1))
            } else if isWanted, let pair = line.wholeMatch(of: setting) {
                values[String(pair.1)] = String(pair.2)
            }
        }
        return values
    }
}
