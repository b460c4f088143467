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
    private let read = Mutex<(stamp: [String: String], contents: Contents)>(([:], Contents()))

    /// The dashboards of folders.
    ///
    /// - Parameters:
    ///   - folders: Folders of pipelines, or folders that have some.
    ///   - desk: Asks for figures.
    package init(folders: [String], desk: DashboardDesk) {
        (self.folders, self.desk) = (folders, desk)
    }

    /// What the folders hold now.
    package var contents: Contents {
        let pipelines = folders.flatMap(Self.pipelines)
        let stamp = Self.stamp(of: pipelines)
        return read.withLock { read in
            if read.stamp != stamp { read = (stamp, Self.contents(of: pipelines)) }
            return read.contents
        }
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

    private static func contents(of pipelines: [String]) -> Contents {
        var contents = Contents()
        for folder in pipelines {
            let dashboards = DashboardFolder(ofPipelineAt: folder)
            contents.problems += dashboards.problems.filter { $0.severity == .error }
                .map { "\(folder)/\($0.description)" }
            guard !dashboards.dashboards.isEmpty else { continue }
            do throws(DefinitionError) {
                let pipeline = try DefinitionReader.read(folder: folder).pipeline
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
                contents.problems.append(
                    "\(folder): the pipeline's definition cannot be read: \(error.description)"
                )
            }
        }
        return contents
    }
}
