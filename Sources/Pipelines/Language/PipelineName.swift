/// What a pipeline may be called.
public enum PipelineName {
    /// What is expected instead of a name, in words; `nil` when the name is good.
    public static func problem(with name: String) -> String? {
        Identifier.isValid(name) ? nil : "expected \(Identifier.expectation)"
    }
}
