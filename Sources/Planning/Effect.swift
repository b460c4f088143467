/// Something outside of the warehouse that is to be as a row of an export says.
public struct Effect: Sendable, Hashable {
    /// Whose it is.
    public var export: ExportKey
    /// What tells it from others of its export, as people write it; empty where all rows are one object.
    public var key: String
    /// The values of the key's columns, by their names; none where all rows are one object.
    public var keyValues: [String: String]
    /// What is to be done.
    public var kind: EffectKind
    /// What is to be there, in JSON; of what is to go, its key.
    public var body: String
    /// Which state of the key it is: a later one has a greater number, also in a ledger that was made anew.
    public var revision: Int64
    /// Which claim it was taken by: who has an older one has lost it.
    public var fence: Int64
    /// How often it was sent, this time among them.
    public var attempts: Int

    /// Creates an effect.
    public init(
        export: ExportKey,
        key: String,
        keyValues: [String: String],
        kind: EffectKind,
        body: String,
        revision: Int64,
        fence: Int64 = 1,
        attempts: Int = 1
    ) {
        self.export = export
        self.key = key
        self.keyValues = keyValues
        self.kind = kind
        self.body = body
        self.revision = revision
        self.fence = fence
        self.attempts = attempts
    }
}

/// An export, as the ledger has it.
public struct ExportKey: Sendable, Hashable {
    /// The schema of its pipeline.
    public var schema: String
    /// Its name in the definition.
    public var name: String

    /// The export `name` of the pipeline whose tables are in `schema`.
    public init(schema: String, name: String) {
        self.schema = schema
        self.name = name
    }
}

/// What an effect does.
public enum EffectKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// It writes what is to be there, whatever is there.
    case put
    /// It takes away what is there.
    case delete
}

/// Where an effect stands.
public enum EffectState: String, Sendable, Hashable, Codable, CaseIterable {
    /// It is to be delivered.
    case open
    /// The target has it.
    case delivered
    /// The target refuses it, and would again.
    case dead
    /// Somebody has said that it is not to be delivered.
    case dropped
}

/// What became of an effect that was sent.
public enum EffectResult: Sendable, Hashable {
    /// The target has it, or something newer.
    case delivered
    /// The target refuses it, and would again.
    case refused(EffectFailure)
    /// The target did not take it now; with how long it wants not to be asked again.
    case postponed(EffectFailure, for: Duration?)
}

/// Why an effect was not delivered, safe to store and show.
public struct EffectFailure: Sendable, Hashable {
    /// A stable reason code: `export.status_422`.
    public var code: String
    /// What happened and what to do; never a row's value or a secret.
    public var message: String

    /// Creates a failure.
    public init(code: String, message: String) {
        (self.code, self.message) = (code, message)
    }
}
