import Endpoints
import Foundation
public import Pipelines
public import Postgres

/// What a dataset is called by everybody who reads or writes it, by the
/// [conventions of OpenLineage](https://openlineage.io/docs/spec/naming).
public struct DatasetName: Sendable, Hashable {
    /// Where it is: `postgres://host:5432`, `s3://bucket`, `file`.
    public var namespace: String
    /// What it is called there: `database.schema.table`, an object's key, a path.
    public var name: String

    /// A name.
    public init(namespace: String, name: String) {
        (self.namespace, self.name) = (namespace, name)
    }
}

/// What a pipeline's sources and targets are called.
///
/// A name has hosts, ports, databases, buckets and folders; no users, passwords, credentials or parameters, and no row's values.
/// Nothing is asked for it: a credential that a text names is left out.
public struct DatasetNames: Sendable {
    private let sources: [String: Source]
    private let folder: String
    private let environment: SourceEnvironment

    /// Names of what a pipeline reads and writes.
    ///
    /// - Parameters:
    ///   - sources: Its sources.
    ///   - folder: The pipeline's folder, which a relative folder of a source is in.
    ///   - environment: Knows the values of `${…}`.
    public init(_ sources: [String: Source], folder: String, environment: SourceEnvironment) {
        (self.sources, self.folder, self.environment) = (sources, folder, environment)
    }

    /// What an extract reads.
    ///
    /// A pattern stands for all its objects, and the path of an API as it is written for all its answers.
    ///
    /// - Parameters:
    ///   - extract: What is read.
    ///   - period: The slice of time.
    /// - Returns: Their names; `nil` where the environment does not tell where they are. A query may name no table.
    public func inputs(of extract: Extract, period: Period?) -> [DatasetName]? {
        guard let source = sources[extract.source] else { return nil }
        switch extract.selection {
        case .objects(let pattern, _):
            let pattern = ObjectPattern(pattern)
            let name =
                extract.everyPeriod == nil ? pattern.filled(with: period) : pattern.ofAllPeriods
            return object(name, in: source).map { [$0] }
        case .query(let text):
            let tables = SQLText(text).tables.map { table(schema: $0.schema, $0.name, in: source) }
            return tables.contains(nil) ? nil : tables.compactMap(\.self)
        case .documents(let collection, _, _):
            return document(in: collection, source).map { [$0] }
        case .calls(let calls): return answers(calls, of: source).map { [$0] }
        }
    }

    /// What an export writes to; `nil` where the environment does not tell where that is.
    public func output(of target: ExportTarget) -> DatasetName? {
        let source = target.source.flatMap { sources[$0] }
        switch target {
        case .table(_, let name):
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            let schema = parts.count > 1 ? parts[0] : nil
            return source.flatMap { table(schema: schema, parts.last ?? name, in: $0) }
        case .objects(_, let name, _), .charts(_, let name, _), .panel(_, let name, _):
            return source.flatMap { object(name, in: $0) }
        case .documents(_, let collection, _):
            return source.flatMap { document(in: collection, $0) }
        case .calls(let call): return address(call.url, path: "")
        }
    }

    // MARK: Kinds

    private func object(_ name: String, in source: Source) -> DatasetName? {
        guard let place = environment.withoutCredentials(source.place) else { return nil }
        switch source.kind {
        case .files:
            let path = (place.isAbsolutePath ? place : "\(folder)/\(place)") + "/\(name)"
            return DatasetName(namespace: "file", name: URL(filePath: path).standardized.path)
        case .s3:
            guard let url = try? ConnectionURL(place) else { return nil }
            let endpoint = environment.withoutCredentials(source.objects.endpoint) ?? ""
            let isGoogle = (try? ConnectionURL(endpoint))?.host == "storage.googleapis.com"
            let folder = url.path.split(separator: "/").map { "\($0)/" }.joined()
            return DatasetName(
                namespace: "\(isGoogle ? "gs" : "s3")://\(url.host)",
                name: folder + name
            )
        default: return nil
        }
    }

    private func table(schema: String?, _ name: String, in source: Source) -> DatasetName? {
        guard let place = environment.withoutCredentials(source.place) else { return nil }
        switch source.kind {
        case .postgres:
            guard let server = try? PostgresConfiguration(url: place, allowsPlaintext: true) else {
                return nil
            }
            let database = server.database.isEmpty ? server.user ?? "" : server.database
            return DatasetName(
                namespace: Self.namespace("postgres", server.host, server.port ?? 5432),
                name: "\(database).\(schema ?? "public").\(name)"
            )
        case .mysql:
            guard let url = try? ConnectionURL(place) else { return nil }
            return DatasetName(
                namespace: Self.namespace("mysql", url.host, url.port ?? 3306),
                name: "\(schema ?? url.path).\(name)"
            )
        default: return nil
        }
    }

    private func document(in collection: String, _ source: Source) -> DatasetName? {
        guard source.kind == .mongo, let place = environment.withoutCredentials(source.place),
            let url = try? ConnectionURL(place)
        else { return nil }
        return DatasetName(
            namespace: Self.namespace("mongodb", url.host, url.port ?? 27_017),
            name: "\(url.path).\(collection)"
        )
    }

    private func answers(_ calls: Calls, of source: Source) -> DatasetName? {
        source.kind == .http ? address(source.place, path: calls.path.text) : nil
    }

    /// Of an address the path is told as it is written: a variable's value in it may be a secret.
    private func address(_ text: String, path: String) -> DatasetName? {
        guard let place = environment.withoutCredentials(text), let url = try? ConnectionURL(place)
        else { return nil }
        let base = (try? ConnectionURL(text))?.path ?? ""
        let parts = (base.split(separator: "/") + path.split(separator: "/")).map(String.init)
        return DatasetName(
            namespace: Self.namespace(url.scheme, url.host, url.port),
            name: "/" + parts.joined(separator: "/")
        )
    }

    /// A server's namespace; of several hosts the first one's.
    static func namespace(_ scheme: String, _ host: String, _ port: Int?) -> String {
        let hosts = host.utf8.split(separator: UInt8(ascii: ",")).map { String(Substring($0)) }
        let host = hosts.first.flatMap { $0.isAbsolutePath ? nil : $0 } ?? "localhost"
        let parts = host.utf8.split(separator: UInt8(ascii: ":")).count
        guard parts != 2, let port else { return "\(scheme)://\(host)" }
        return "\(scheme)://\(parts > 2 ? "[\(host)]" : host):\(port)"
    }
}

extension DatasetName {
    /// A table of the warehouse.
    ///
    /// - Parameters:
    ///   - table: Its name, with its schema.
    ///   - database: The database.
    ///   - server: Where that is.
    public init(ofTable table: String, in database: String, at server: PostgresConfiguration) {
        namespace = DatasetNames.namespace("postgres", server.host, server.port ?? 5432)
        name = "\(database).\(table)"
    }
}

extension SourceEnvironment {
    /// A text with the values of its variables and without those of credentials; `nil` where one is not set.
    fileprivate func withoutCredentials(_ text: String) -> String? {
        var environment = self
        for name in Template(text).credentials { environment.credentials[name] = Secret("-") }
        return try? environment.resolve(text).value
    }
}
