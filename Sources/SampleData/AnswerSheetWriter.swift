/// Writes the answer sheet while the files are written, so that nothing is kept in memory but totals.
final class AnswerSheetWriter {
    private let output: SampleFile
    private var isFirstRow = true
    private var totals: [AnswerSheet.FileTotals] = []

    init(sample: String, seed: UInt64, in directory: String) throws(SampleDataError) {
        output = try SampleFile("\(directory)/\(AnswerSheet.fileName)")
        try output.write("{\n\"sample\": \"\(sample)\",\n\"seed\": \(seed),\n\"bad_rows\": [")
    }

    /// Begins the totals of a file.
    func begin(file: String) {
        totals.append(
            AnswerSheet.FileTotals(file: file, read: 0, loaded: 0, rejected: 0, deduplicated: 0)
        )
    }

    /// Counts good rows of the file that was begun last.
    func addGood(_ count: Int = 1) {
        totals[totals.count - 1].read += count
        totals[totals.count - 1].loaded += count
    }

    /// Notes a bad row of the file that was begun last.
    func add(_ fault: some SampleFault, line: Int) throws(SampleDataError) {
        let file = totals[totals.count - 1].file
        totals[totals.count - 1].read += 1
        if fault.reject == nil {
            totals[totals.count - 1].deduplicated += 1
        } else {
            totals[totals.count - 1].rejected += 1
        }
        let rule = fault.reject.map { ", \"rule\": \"\($0.rule)\"" } ?? ""
        let column = fault.reject?.column.map { ", \"column\": \"\($0)\"" } ?? ""
        let kind = ", \"kind\": \"\(fault.rawValue)\""
        try output.write(isFirstRow ? "\n" : ",\n")
        try output.write("{\"file\": \"\(file)\", \"line\": \(line)\(kind)\(rule)\(column)}")
        isFirstRow = false
    }

    /// Ends the sheet.
    func finish(
        inferred: [String: Int] = [:],
        flagged: [String: Int] = [:]
    ) throws(SampleDataError) -> [AnswerSheet.FileTotals] {
        try output.write("\n],\n\"files\": [")
        for (index, total) in totals.enumerated() {
            let counts =
                "\"read\": \(total.read), \"loaded\": \(total.loaded), "
                + "\"rejected\": \(total.rejected), \"deduplicated\": \(total.deduplicated)"
            try output.write(index == 0 ? "\n" : ",\n")
            try output.write("{\"file\": \"\(total.file)\", \(counts)}")
        }
        try output.write("\n],\n\"inferred\": \(Self.counts(inferred))")
        try output.write(",\n\"flagged\": \(Self.counts(flagged))\n}\n")
        try output.close()
        return totals
    }

    private static func counts(_ counts: [String: Int]) -> String {
        let members = counts.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
        return "{\(members.joined(separator: ", "))}"
    }
}
