package import Ledger
package import Markup
import Planning
import Words

/// A refused row as it was read, and everything that is known of it: for operators.
package struct RejectedRowPage: Page {
    /// What is known of it.
    package let reject: RejectReport
    /// The row as it was read; what is no UTF-8 in it is replaced.
    package let raw: String
    /// The row's fields by the source's columns; empty where it does not fit under them.
    package let fields: [Field]
    /// The digest of the definition that it was refused by.
    package let definition: String
    /// Names, sizes and digests of what the task has read.
    package let input: String?

    /// A field of a source's row.
    package struct Field: Sendable, Hashable, Encodable {
        /// The column of the source.
        package let column: String
        /// What stood in it.
        package let value: String

        package init(column: String, value: String) {
            self.column = column
            self.value = value
        }
    }

    /// A page of a row whose fields were read already.
    package init(_ row: RejectedRow, fields: [[UInt8]]?) {
        reject = row.report
        raw = String(decoding: row.raw, as: UTF8.self)
        self.fields = zip(row.header, fields ?? [])
            .map { Field(column: $0.text, value: String(decoding: $1, as: UTF8.self)) }
        definition = row.definition
        input = row.input
    }

    package var heading: String { "Reject \(reject.reject)" }
    package var tab: PageSection { .rejects }
    package var command: String? { "longshore rejects show \(reject.reject)" }

    @MarkupBuilder package var content: Markup {
        PageParts.head(
            Markup(text: heading),
            crumb: Markup(build: {
                a(.href(Link("rejects"))) { "Rejects" }
                " / "
                a(.href(Link("rejects").with("table", reject.table))) { reject.table }
            }),
            sub: Markup(
                text: "\(reject.rule)\(reject.column.map { " on \($0)" } ?? ""): \(reject.reason)"
            )
        )
        PageParts.panel("What is known of it") { div(.class("body")) { facts } }
        if !fields.isEmpty {
            PageParts.panel("Fields") {
                PageParts.list(
                    ["Column", "Value"],
                    rows: fields.map { field in
                        tr {
                            td(.class("mono dim")) { field.column }
                            td(.class("mono wrap")) { field.value }
                        }
                    },
                    empty: ""
                )
            }
        }
        PageParts.panel("As it was read") {
            pre(.class("body mono raw"), .tabIndex(0)) { raw }
        }
    }

    private var facts: Markup {
        PageParts.facts([
            ("State", Markup(text: reject.state.rawValue)),
            (
                "Source",
                Markup(
                    text:
                        "\(reject.source), line \(grouped(reject.line)), byte \(grouped(reject.byteOffset))"
                )
            ),
            (
                "Refused",
                Markup(text: "\(Figures.time(reject.refusedAt)) by load task \(reject.task)")
            ),
            ("Definition", code { String(definition.prefix(12)) }),
            ("Input", input.map(Markup.init(text:))),
            (
                "Waived",
                reject.waivedBy.map { person in
                    Markup(
                        text:
                            "\(Figures.time(reject.waivedAt)) by \(person): \(reject.waiver ?? "")"
                    )
                }
            ),
            (
                "Fixed",
                reject.fixedBy.map {
                    Markup(text: "\(Figures.time(reject.fixedAt)) by load task \($0)")
                }
            ),
        ])
    }

    private enum CodingKeys: String, CodingKey {
        case reject, raw, fields, definition, input
    }
}
