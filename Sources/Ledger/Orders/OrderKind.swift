/// What a person orders about a pipeline, a load or a task.
public enum OrderKind: String, Sendable, Codable {
    /// Nothing begins until it is taken back.
    case pause
    /// It ends.
    case cancel
}
