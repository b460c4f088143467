import Foundation
package import Pipelines
import Synchronization

/// The dashboards of pipelines' folders.
///
/// Their files are read again as soon as one of them has changed.
package final class DashboardShelf: Sendable {
    /// A dashboard, and the pipeline whose tables it shows.
    package struct Entry: Sendable {
        /// The dashboard.
        package let dashboard: Dashboard
        /// Its pipeline.
        package let pipeline: Pipeline
    }

    /// What the folders hold.
    package struct Contents: Sendable {
        /// The dashboards; of several with one name the first.
        package var entries: [Entry] = []
        /// What is wrong with files.
        package var problems: [String] = []

        /// The dashboard of a name; `nil` where there is none.
        package func entry(_ name: String) -> Entry? { entries.first { $0.dashboard.name == name } }
    }

    /// Asks for figures.
    package let desk: DashboardDesk
    private let folders: [String]
    private let read = Mutex(Reading())

    /// What was read, and of what.
    private struct Reading {
        /// When files were changed, and how large they are.
        var stamp: [String: String] = [:]
        /// The parameters without a default, by the folder.
        var open: [String: DefinitionReader.OpenParameters] = [:]
        /// The values that these had, by the folder.
        var values: [String: [String: String]] = [:]
        var contents = Contents()
    }

    /// The dashboards of folders.
    ///
    /// - Parameters:
    ///   - folders: Folders of pipelines, or folders that have some.
    ///   - desk: Asks for figures.
    package init(folders: [String], desk: DashboardDesk) {
        (self.folders, self.desk) = (folders, desk)
    }

    /// What the folders hold now.
    ///
    /// - Parameter loaded: The values that the newest load of a pipeline gave to parameters: those without a default have them.
    /// - Returns: The dashboards, and what is wrong with files.
    package func contents(
        loaded: (_ pipeline: String) async -> [String: String] = { _ in [:] }
    ) async -> Contents {
        let pipelines = folders.flatMap(Self.pipelines)
        let stamp = Self.stamp(of: pipelines)
        let known = read.withLock { $0.stamp == stamp ? $0.open : nil }
        let open = known ?? Self.openParameters(of: pipelines)
        var values: [String: [String: String]] = [:]
        for (folder, parameters) in open {
            values[folder] = await loaded(parameters.pipeline)
                .filter { parameters.names.contains($0.key) }
        }
        return read.withLock { read in
            if read.stamp != stamp || read.values != values {
                let contents = Self.contents(of: pipelines, values)
                read = Reading(stamp: stamp, open: open, values: values, contents: contents)
            }
            return read.contents
        }
    }

    private static func openParameters(
        of pipelines: [String]
    ) -> [String: DefinitionReader.OpenParameters] {
        let open = pipelines.map { ($0, DefinitionReader.openParameters(folder: $0)) }
        return Dictionary(open, uniquingKeysWith: { one, _ in one }).compactMapValues(\.self)
    }

    /// The folders of pipelines that a folder is or has.
    private static func pipelines(in folder: String) -> [String] {
        let manager = FileManager.default
        let main = DefinitionBundle.mainFile
        if manager.fileExists(atPath: "\(folder)/\(main)") { return [folder] }
        let names = (try? manager.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().map { "\(folder)/\($0)" }
            .filter { manager.fileExists(atPath: "\($0)/\(main)") }
    }

    /// When files were changed last, and how large they are.
    private static func stamp(of pipelines: [String]) -> [String: String] {
        let manager = FileManager.default
        var stamp: [String: String] = [:]
        for folder in pipelines {
            let place = "\(folder)/\(DashboardFolder.name)"
            let names = (try? manager.contentsOfDirectory(atPath: place)) ?? []
            let files = names.map { "\(place)/\($0)" } + ["\(folder)/\(DefinitionBundle.mainFile)"]
            for file in files {
                let attributes = try? manager.attributesOfItem(atPath: file)
                let changed = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
                stamp[file] = "\(changed) \(attributes?[.size] as? Int ?? 0)"
            }
        }
        return stamp
    }

    private static func contents(
        of pipelines: [String],
        _ values: [String: [String: String]]
    ) -> Contents {
        var contents = Contents()
        for folder in pipelines {
            let dashboards = DashboardFolder(ofPipelineAt: folder)
            contents.problems += dashboards.problems.filter { $0.severity == .error }
                .map { "\(folder)/\($0.description)" }
            guard !dashboards.dashboards.isEmpty else { continue }
            do throws(DefinitionError) {
                let pipeline =
                    try DefinitionReader.read(folder: folder, parameters: values[folder] ?? [:])
                    .pipeline
                for dashboard in dashboards.dashboards {
                    if contents.entry(dashboard.name) == nil {
                        contents.entries.append(Entry(dashboard: dashboard, pipeline: pipeline))
                    } else {
                        contents.problems.append(
                            "\(folder)/\(dashboard.file): there is another dashboard `\(dashboard.name)`"
                        )
                    }
                }
            } catch {
                let isOpen = error.diagnostics.contains { $0.code == .parameterValue }
                contents.problems.append(
                    "\(folder): the pipeline's definition cannot be read: \(error.description)"
                        + (isOpen
                            ? " (once it was loaded, the newest load's values are taken)" : "")
                )
            }
        }
        return contents
    }
}
