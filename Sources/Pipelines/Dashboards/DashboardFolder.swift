internal import Foundation
internal import Words

/// The dashboards beside a pipeline's definition: the files `dashboards/*.yaml` of its folder.
package struct DashboardFolder: Sendable {
    /// Its dashboards, by their names.
    package let dashboards: [Dashboard]
    /// What is wrong with its files; one with errors has no dashboard.
    package let problems: [Diagnostic]

    /// The name of the folder in a pipeline's folder.
    package static let name = "dashboards"

    /// Reads all files.
    ///
    /// - Parameter folder: The path of the pipeline's folder.
    package init(ofPipelineAt folder: String) {
        let texts = Self.texts(in: folder)
        self.init(texts: texts.texts, unreadable: texts.unreadable)
    }

    /// Reads texts by their paths in the pipeline's folder.
    package init(texts: [String: String], unreadable: [Diagnostic] = []) {
        var dashboards: [Dashboard] = []
        var problems = unreadable
        var owners: [String: String] = [:]
        for (file, text) in texts.sorted(by: { $0.key < $1.key }) {
            let findings = Findings()
            let dashboard = DashboardReading.read(text, file: file, findings: findings)
            problems += findings.sorted
            guard let dashboard else { continue }
            if let owner = owners.updateValue(file, forKey: dashboard.name) {
                problems.append(Self.taken(dashboard, by: owner))
            } else {
                dashboards.append(dashboard)
            }
        }
        self.dashboards = dashboards
        self.problems = problems
    }

    private static func taken(_ dashboard: Dashboard, by owner: String) -> Diagnostic {
        Diagnostic(
            severity: .error,
            code: .nameTaken,
            file: dashboard.file,
            position: .start,
            message: "the dashboard `\(dashboard.name)` is defined in `\(owner)`, too"
        )
    }

    /// The texts of the files of a pipeline's folder by their paths in it, and what is wrong with the others.
    static func texts(
        in folder: String
    ) -> (texts: [String: String], unreadable: [Diagnostic]) {
        let place = URL(fileURLWithPath: folder, isDirectory: true).appendingPathComponent(name)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
        var texts: [String: String] = [:]
        var unreadable: [Diagnostic] = []
        for file in names.sorted() where file.hasSuffix(".yaml") && !file.hasPrefix(".") {
            let path = "\(name)/\(file)"
            let data = try? Data(contentsOf: place.appendingPathComponent(file))
            guard let data, data.count <= YAMLReader.maximumSize,
                let text = String(validating: data, as: UTF8.self)
            else {
                unreadable.append(
                    Diagnostic(
                        severity: .error,
                        code: .fileUnreadable,
                        file: path,
                        position: .start,
                        message:
                            "the file `\(path)` cannot be read as text of at most \(grouped(YAMLReader.maximumSize)) bytes"
                    )
                )
                continue
            }
            texts[path] = text
        }
        return (texts, unreadable)
    }
}

extension Dashboard {
    /// A problem of a place of its file that only the warehouse tells.
    package func problem(
        _ code: Diagnostic.Code,
        at position: Diagnostic.Position,
        length: Int = 1,
        _ message: String,
        expected: String? = nil,
        suggestion: String? = nil
    ) -> Diagnostic {
        let findings = Findings()
        findings.addSource(SourceText(path: file, text: text))
        findings.add(
            code,
            at: Span(file: file, position: position, length: length),
            message,
            expected: expected,
            suggestion: suggestion
        )
        return findings.sorted[0]
    }
}
