import Foundation
import Glibc
import Synchronization

/// A MongoDB in memory, for tests and campaigns: it speaks the wire protocol (OP_MSG), finds by pages, sets members, and
/// deletes.
///
/// Of filters it knows what `MongoCollections` says; all are kept to be looked at. There is neither log-in nor TLS.
package final class MongoDouble: Sendable {
    /// What the server does instead of what it is asked.
    package enum Fault: Sendable {
        /// The connection ends without an answer.
        case cut
        /// An error instead of the answer.
        case error(Int32)
        /// No answer, and the connection stays.
        case silence
        /// The connection ends without an answer, when the command is done.
        case cutAfterwards
        /// The server takes none of the documents, for this reason.
        case refused(Int32)
        /// The server has the documents, and others of its set have them not, for this reason.
        case alone(Int32)
        /// No documents, and the cursor stays open.
        case emptyBatch
    }

    private struct State {
        var collections: MongoCollections
        var commands: [(name: String, body: BSONValue)] = []
        var cursors: [Int64: [BSONValue]] = [:]
    }

    private final class Shared: Sendable {
        let state: Mutex<State>

        init(_ collections: [String: [BSONValue]]) {
            state = Mutex(State(collections: MongoCollections(documents: collections)))
        }
    }

    private let listener: LoopbackListener
    private let shared: Shared

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - collections: The documents of each, in the order of their `_id`.
    ///   - pageSize: How many documents an answer has.
    ///   - fault: What is done instead of the answer to a command, by its name and how many of the name there were.
    /// - Throws: when there is no port.
    package init(
        _ collections: [String: [BSONValue]],
        pageSize: Int = 2,
        fault: @escaping @Sendable (String, Int) -> Fault? = { _, _ in nil }
    ) throws {
        let listener = try LoopbackListener()
        self.listener = listener
        let shared = Shared(collections)
        self.shared = shared
        Thread.detachNewThread {
            while let socket = listener.accept() {
                let client = Client(socket, pageSize, shared, fault)
                Thread.detachNewThread { client.serve() }
            }
        }
    }

    deinit {
        listener.shut()
    }

    /// Its address; the database is called `app`.
    package var url: String { "mongodb://127.0.0.1:\(listener.port)/app" }

    /// The port of 127.0.0.1 on which it listens.
    package var port: Int { listener.port }

    /// The commands of a name that have come.
    package func commands(_ name: String) -> [BSONValue] {
        shared.state.withLock { state in state.commands.filter { $0.name == name }.map(\.body) }
    }

    /// The documents of a collection, in the order in which they came.
    package func documents(_ collection: String) -> [BSONValue] {
        shared.state.withLock { $0.collections.documents[collection] ?? [] }
    }

    /// Puts other documents in the place of each.
    package func change(_ collection: String, _ change: (BSONValue) -> BSONValue) {
        shared.state.withLock { state in
            state.collections.documents[collection] = state.collections.documents[collection]?
                .map(change)
        }
    }

    /// Forgets what has been found and not been sent yet.
    package func forgetCursors() {
        shared.state.withLock { $0.cursors = [:] }
    }

    /// One connection.
    private struct Client: Sendable {
        let socket: Int32
        let pageSize: Int
        let shared: Shared
        let fault: @Sendable (String, Int) -> Fault?

        init(
            _ socket: Int32,
            _ pageSize: Int,
            _ shared: Shared,
            _ fault: @escaping @Sendable (String, Int) -> Fault?
        ) {
            self.socket = socket
            self.pageSize = pageSize
            self.shared = shared
            self.fault = fault
        }

        func serve() {
            defer { close(socket) }
            while let head = read(16),
                let body = read(Int(head[0]) + Int(head[1]) << 8 + Int(head[2]) << 16 - 16)
            {
                let isQuery = head[12] == 0xd4
                // OP_QUERY has a name between its flags and its document, OP_MSG a byte.
                let start = isQuery ? 4 + body.dropFirst(4).prefix { $0 != 0 }.count + 1 + 8 : 5
                guard let command = BSONValue.document(body[start...]), let answer = answer(command)
                else { return }
                let flags =
                    isQuery
                    ? [UInt8](repeating: 0, count: 16) + little(UInt32(1)) : [0, 0, 0, 0, 0]
                let message = flags + answer.bytes
                let code = little(UInt32(isQuery ? 1 : 2013))
                let size = little(UInt32(message.count + 16))
                LoopbackSocket.send(
                    (size + little(UInt32(7)) + head[4..<8] + code + message)[...],
                    to: socket
                )
            }
        }

        private func read(_ count: Int) -> [UInt8]? {
            var bytes = [UInt8](repeating: 0, count: max(count, 0))
            var filled = 0
            while filled < count {
                let got = unsafe bytes.withUnsafeMutableBytes { buffer in
                    unsafe recv(
                        socket,
                        buffer.baseAddress.map { unsafe $0 + filled },
                        count - filled,
                        0
                    )
                }
                guard got > 0 else { return nil }
                filled += got
            }
            return bytes
        }

        /// The answer; `nil` to end the connection.
        private func answer(_ command: BSONValue) -> BSONValue? {
            guard case .document(let members) = command, let name = members.first?.name else {
                return nil
            }
            let count = shared.state.withLock { state in
                state.commands.append((name, command))
                return state.commands.count { $0.name == name }
            }
            switch fault(name, count) {
            case .cut?: return nil
            case .silence?:
                while read(1) != nil {}
                return nil
            case .error(let code)?: return Self.failed(code)
            case .cutAfterwards?:
                _ = body(name, command)
                return nil
            case .emptyBatch?:
                guard case .int64(let id)? = command["getMore"] else { return nil }
                return Self.done(cursor(id, "nextBatch", []))
            case .refused(let code)?: return Self.done([Self.writeErrors(code)])
            case .alone(let code)?:
                let error = BSONValue.Member("writeConcernError", Self.error(code))
                return Self.done(body(name, command) + [error])
            case nil:
                return knowsCursor(of: command) ? Self.done(body(name, command)) : Self.failed(43)
            }
        }

        /// Whether a command asks for more of what the server has not forgotten.
        private func knowsCursor(of command: BSONValue) -> Bool {
            guard case .int64(let id)? = command["getMore"] else { return true }
            return shared.state.withLock { $0.cursors[id] != nil }
        }

        private static func failed(_ code: Int32) -> BSONValue {
            .document([
                .init("ok", .double(0)), .init("code", .int32(code)),
                .init("errmsg", .string("a fault of the test")),
            ])
        }

        private static func done(_ members: [BSONValue.Member]) -> BSONValue {
            .document(members + [.init("ok", .double(1))])
        }

        private static func writeErrors(_ code: Int32) -> BSONValue.Member {
            .init("writeErrors", .array([error(code)]))
        }

        /// What a server says of an error has values of the document in it.
        private static func error(_ code: Int32) -> BSONValue {
            .document([
                .init("index", .int32(0)), .init("code", .int32(code)),
                .init("errmsg", .string("a fault of the test: { spend: 17.25 }")),
            ])
        }

        private func body(_ name: String, _ command: BSONValue) -> [BSONValue.Member] {
            switch name.lowercased() {
            case "ismaster", "hello":
                return [
                    .init("ismaster", .bool(true)), .init("minWireVersion", .int32(0)),
                    .init("maxWireVersion", .int32(13)),
                    .init("maxBsonObjectSize", .int32(16 << 20)),
                    .init("maxMessageSizeBytes", .int32(48_000_000)),
                    .init("maxWriteBatchSize", .int32(100_000)),
                ]
            case "listcollections":
                guard case .string(let wanted)? = command["filter"]?["name"] else { return [] }
                let isThere = shared.state.withLock { $0.collections.documents[wanted] != nil }
                let found = isThere ? [wanted] : []
                return cursor(
                    0,
                    "firstBatch",
                    found.map { .document([.init("name", .string($0))]) }
                )
            case "find":
                guard case .string(let collection)? = command["find"] else { return [] }
                let found = shared.state.withLock {
                    $0.collections.found(collection, command["filter"])
                }
                return page(found, "firstBatch")
            case "getmore":
                guard case .int64(let id)? = command["getMore"] else { return [] }
                let rest = shared.state.withLock { $0.cursors.removeValue(forKey: id) } ?? []
                return page(rest, "nextBatch")
            case "update":
                return written(command, "update", "updates") { $0.update($1, $2) }
            case "delete":
                return written(command, "delete", "deletes") { $0.delete($1, $2) }
            default: return []
            }
        }

        /// Does the first statement of a command that writes.
        private func written(
            _ command: BSONValue,
            _ name: String,
            _ list: String,
            _ write: (inout MongoCollections, String, BSONValue) -> MongoCollections.Fate
        ) -> [BSONValue.Member] {
            guard case .string(let collection)? = command[name],
                let statement = command[list]?.items.first
            else { return [] }
            let fate = shared.state.withLock { write(&$0.collections, collection, statement) }
            switch fate {
            case .done(let count): return [.init("n", .int32(count))]
            case .doubled: return [.init("n", .int32(0)), Self.writeErrors(11000)]
            }
        }

        private func page(_ documents: [BSONValue], _ batch: String) -> [BSONValue.Member] {
            let rest = Array(documents.dropFirst(pageSize))
            guard !rest.isEmpty else { return cursor(0, batch, documents) }
            let id = Int64.random(in: 1...(.max))
            shared.state.withLock { $0.cursors[id] = rest }
            return cursor(id, batch, Array(documents.prefix(pageSize)))
        }

        private func cursor(
            _ id: Int64,
            _ batch: String,
            _ documents: [BSONValue]
        ) -> [BSONValue.Member] {
            let members = [
                BSONValue.Member("id", .int64(id)), .init("ns", .string("app.c")),
                .init(batch, .array(documents)),
            ]
            return [.init("cursor", .document(members))]
        }
    }
}
