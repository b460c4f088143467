/// Reads a source whose objects lie in S3.
struct S3Reading {
    let findings: Findings

    func place(in source: YAMLNode) -> S3Place {
        var place = S3Place(url: "")
        if let url = source["s3"], let text = url.text {
            place.url = text
            findings.checkURL(text, scheme: ["s3"], at: url.span, "`s3://bucket/folder`")
        }
        if let endpoint = source["endpoint"], let text = endpoint.text {
            place.endpoint = text
            findings.checkVariables(of: text, at: endpoint.span)
            findings.checkURL(
                text,
                scheme: ["https", "http"],
                at: endpoint.span,
                "`https://host:port`"
            )
        }
        if let region = source["region"], let text = region.text {
            place.region = text
            findings.checkVariables(of: text, at: region.span)
        }
        place.isPrivate = source["private"]?.bool == true
        place.encryption = source["encryption"].flatMap(encryption)
        if let credentials = source["credentials"] { read(credentials, into: &place) }
        return place
    }

    private func encryption(_ node: YAMLNode) -> S3Place.Encryption? {
        if node.text != nil { return .aes256 }
        return text("kms", in: node).map { .kms($0) }
    }

    /// Without a session's token the credentials hold for good, whatever the environment says of another.
    private func read(_ credentials: YAMLNode, into place: inout S3Place) {
        place.credential = credentials.text
        guard place.credential == nil else { return }
        place.key = text("key", in: credentials) ?? place.key
        place.secret = text("secret", in: credentials) ?? place.secret
        place.session = text("session", in: credentials) ?? ""
        for name in ["secret", "session"] { findings.refuseLiteralSecret(name, in: credentials) }
    }

    private func text(_ name: String, in mapping: YAMLNode) -> String? {
        guard let node = mapping[name], let text = node.text else { return nil }
        findings.checkVariables(of: text, at: node.span)
        return text
    }
}
