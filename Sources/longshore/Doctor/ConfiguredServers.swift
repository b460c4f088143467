import AMQP
import Console
import Endpoints
import Ledger
import LocalStack
import Messaging
import Planning
import Postgres
import Redis

/// The servers whose URLs the environment names, asked one by one; nothing is changed on them.
struct ConfiguredServers {
    private let environment: [String: String]

    init(_ environment: [String: String]) {
        self.environment = environment
    }

    /// What came of it, a finding for each server; none where no URL is set, for then the private stack
    /// is used.
    func findings() async -> [Finding] {
        let isSet = FleetOptions.names.contains { name in
            ["LONGSHORE_\(name)_URL", "LONGSHORE_\(name)_URL_FILE"]
                .contains { !environment[$0, default: ""].isEmpty }
        }
        guard isSet else { return [] }
        return [
            await finding("AMQP", "RabbitMQ", askBroker),
            await finding("POSTGRES", "Postgres", askPostgres),
            await finding("REDIS", "Redis", askRedis),
        ]
    }

    /// A server that answers, and cannot be used as it is.
    private struct Unfit: Error {
        let problem: String
        let remedy: String

        init(_ problem: String, remedy: String) {
            self.problem = problem
            self.remedy = remedy
        }
    }

    private var allowsPlaintext: Bool { environment["LONGSHORE_ALLOW_PLAINTEXT"] == "1" }

    /// What asks the server at a URL tells what is good about it.
    private func finding(
        _ name: String,
        _ title: String,
        _ ask: (String) async throws -> String
    ) async -> Finding {
        let variable = "LONGSHORE_\(name)_URL"
        do {
            guard let url = try FleetOptions.url(name, in: environment) else {
                return .problem(
                    title,
                    "`\(variable)` is not set",
                    remedy: "set all three URLs, or none to use the private stack of `longshore up`"
                )
            }
            return .good(title, try await ask(url))
        } catch let unfit as Unfit {
            return .problem(title, unfit.problem, remedy: unfit.remedy)
        } catch let error as EndpointError {
            return .problem(title, error.description, remedy: "correct `\(variable)`")
        } catch {
            let answer = ServerAnswer(error)
            return .problem(title, answer.problem ?? "", remedy: remedy(answer, variable))
        }
    }

    private func remedy(_ answer: ServerAnswer, _ variable: String) -> String {
        answer.isUp
            ? "look at user, password and rights of the login in `\(variable)`"
            : "look whether the server runs, and at host, port and TLS in `\(variable)`"
    }

    private func askBroker(_ url: String) async throws -> String {
        var configuration = try AMQPConfiguration(url: url, allowsPlaintext: allowsPlaintext)
        configuration.connectDeadline = .seconds(3)
        // Which warehouse it is only the ledger knows; an alarm is the broker's, whatever its queues are.
        let fleet = environment["LONGSHORE_FLEET"] ?? "longshore"
        let identity = FleetIdentity(name: fleet, warehouse: "unknown")
        let condition = try await Topology(identity)
            .condition(pools: ["default"], configuration: configuration)
        guard let alarm = condition.alarm else { return "answers, and takes messages" }
        throw Unfit(
            "answers, but \(BrokerAlarm.words(alarm))",
            remedy: "give the broker room: loads wait until its alarm has ended"
        )
    }

    private func askPostgres(_ url: String) async throws -> String {
        let configuration = try PostgresConfiguration(url: url, allowsPlaintext: allowsPlaintext)
        let rows = try await PostgresConnection.withConnection(configuration.atWarehouse) {
            connection in
            try await connection.query(
                """
                select pg_is_in_recovery() as standby,
                    has_database_privilege(current_database(), 'CREATE') as creates,
                    to_regnamespace('longshore') is not null as found,
                    coalesce(has_schema_privilege(to_regnamespace('longshore')::oid, 'USAGE'), false)
                        as used
                """
            )
        }
        guard let row = rows.first else { return "answers" }
        if try row.boolean("standby") {
            throw Unfit(
                "is a standby, which cannot be written to",
                remedy: "let `LONGSHORE_POSTGRES_URL` name the primary"
            )
        }
        guard try row.boolean("found") else {
            guard try row.boolean("creates") else {
                throw Unfit(
                    "has no ledger, and this login may not create it",
                    remedy: "have a superuser run what `longshore roles` prints, and log in as "
                        + "`longshore_coordinator`"
                )
            }
            return "answers; it has no ledger yet, and this login may make it"
        }
        guard try row.boolean("used") else {
            throw Unfit(
                "has a ledger that this login may not use",
                remedy: "log in as one of the roles of `longshore roles`"
            )
        }
        return "answers, and has a ledger that this login may use"
    }

    private func askRedis(_ url: String) async throws -> String {
        let configuration = try RedisConfiguration(
            url: ConnectionURL(url),
            allowsPlaintext: allowsPlaintext
        )
        let client = RedisClient(configuration)
        return try await closing({ await client.close() }) {
            _ = try await client.send(["PING"], timeout: .seconds(3))
            return "answers"
        }
    }
}
