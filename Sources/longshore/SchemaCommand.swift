import ArgumentParser
import Console
import Pipelines

/// `longshore schema`: what other tools need to know of Longshore's formats.
struct SchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print machine-readable descriptions of Longshore's formats.",
        subcommands: [Definition.self, DashboardFile.self]
    )

    /// `longshore schema json`.
    struct Definition: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "json",
            abstract: "Print the JSON Schema of `pipeline.yaml`, for editors."
        )

        func run() async throws {
            Output.json(PipelineSchema.json() + "\n")
        }
    }

    /// `longshore schema dashboard`.
    struct DashboardFile: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "dashboard",
            abstract: "Print the JSON Schema of `dashboards/NAME.yaml`, for editors."
        )

        func run() async throws {
            Output.json(PipelineSchema.dashboardJSON() + "\n")
        }
    }
}
