import Foundation
import Loopback

/// A MongoDB with the calls in a collection.
///
/// It is a stand-in, for Debian has none: its crash is that it refuses connections and forgets its cursors.
final class MongoCalls: CallDatabase {
    let network: FaultProxy
    private let server: MongoDouble

    /// The pipeline that asks it for the facts.
    static let sources = Outside.Maker { name, ground in
        let server = try MongoCalls(try await SampleCalls(on: ground, named: name))
        return try Outside(
            server,
            named: name,
            on: ground,
            environment: ["OUTSIDE_URL": "mongodb://127.0.0.1:\(server.network.port)/app"],
            definition: {
                $0.readingCalls(
                    from: "mongo: \"${OUTSIDE_URL}\"",
                    "collection: calls, filter: '"
                        + #"{"month": {"$gte": ":period_start", "$lt": ":period_end"}}"# + "'"
                )
            }
        )
    }

    private init(_ calls: SampleCalls) throws {
        var number: Int32 = 0
        let documents = calls.months.sorted { $0.key < $1.key }
            .flatMap { month, calls in
                let start = Self.start(ofMonth: month)
                return calls.map { call in
                    number += 1
                    let values = SampleCalls.columns.compactMap { name in
                        call[name].map { BSONValue.Member(name, .string($0)) }
                    }
                    return BSONValue.document(
                        [.init("_id", .int32(number)), .init("month", start)] + values
                    )
                }
            }
        server = try MongoDouble(["calls": documents], pageSize: 500)
        network = try FaultProxy(to: server.port)
    }

    /// When a month begins in Bogota, which is always five hours behind UTC.
    private static func start(ofMonth label: String) -> BSONValue {
        let date = try? Date("\(label)-01T05:00:00Z", strategy: .iso8601)
        return .date(Int64((date ?? .distantPast).timeIntervalSince1970) * 1_000)
    }

    func change() async throws {
        server.change("calls") { document in
            guard case .document(let members) = document else { return document }
            return .document(members.map(Self.changed))
        }
    }

    /// A blank more or less in front of an identifier, which is cleaned of them.
    private static func changed(_ member: BSONValue.Member) -> BSONValue.Member {
        guard member.name == "call_id", case .string(let text) = member.value else { return member }
        let isPadded = text.utf8.first == UInt8(ascii: " ")
        return .init(member.name, .string(isPadded ? String(text.dropFirst()) : " \(text)"))
    }

    func restart() async throws {
        network.set(.refusing)
        server.forgetCursors()
        try await Task.sleep(for: .seconds(1))
    }

    func close() async throws { network.close() }
}
