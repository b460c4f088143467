import Pipelines
import Planning
import StarSchema
import Testing
import WarehouseTestSupport

extension Dock {
    /// A load that may take tables over.
    ///
    /// - Returns: why tasks failed.
    func load(
        _ definition: Definition,
        adopting adopted: Set<String>
    ) async throws -> [String] {
        let (asked, graph) = try request(definition)
        var request = asked
        request.adopted = adopted
        let load = try await ledger.requests.create(request, tasks: graph.tasks)
        var failures: [String] = []
        for ordinal in graph.tasks.indices {
            let outcome = await perform(LoadTaskID(load: load, ordinal: ordinal))
            if let failure = outcome.failure { failures.append(failure.description) }
        }
        return failures
    }

    /// What a load is refused with; a plan is refused in the same words.
    func refusal(
        of definition: Definition,
        adopting adopted: Set<String> = []
    ) async throws -> String? {
        let (asked, graph) = try request(definition)
        var request = asked
        request.adopted = adopted
        let tasks = graph.tasks
        let told = await problem {
            try await ledger.requests.check(request, tasks: tasks)
        }
        let refused = await problem {
            _ = try await ledger.requests.create(request, tasks: tasks)
        }
        #expect(told == refused)
        return refused
    }
}

extension Shop {
    /// A definition under another name, whose tables are in the same schema.
    static func called(_ name: String, _ definition: Definition) throws -> Definition {
        let files = definition.bundle.files
        let yaml = try #require(files["pipeline.yaml"])
            .replacing("pipeline: shop", with: "pipeline: \(name)\nwarehouse: { schema: shop }")
        return try .text(yaml, files: files)
    }

    /// Another pipeline in the same schema, with another table.
    static func neighbour() throws -> Definition {
        try pipeline("neighbour", facts: "ticket")
    }

    /// A pipeline in the schema `shop`.
    static func pipeline(_ name: String, facts: String...) throws -> Definition {
        let facts = facts.map { fact in
            """
              \(fact):
                from: { source: drops, csv: "sales_{period}.csv" }
                period: sold_on
                grain: [sale_id]
                columns:
                  sale_id: { type: text, required: true }
                  sold_on: { type: date, required: true }
            """
        }
        return try .text(
            """
            pipeline: \(name)
            warehouse: { schema: shop }
            period: { grain: month, start: 2024-01 }
            sources:
              drops: { files: data }
            facts:
            \(facts.joined(separator: "\n"))
            """
        )
    }
}
