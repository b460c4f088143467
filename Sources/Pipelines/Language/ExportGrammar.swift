/// The keys of exports.
extension Grammar {
    static let export = Record(
        title: "an export",
        keys: [
            query,
            .init(
                name: "key",
                shape: .oneOrMore(.text),
                summary: "The columns that tell one row from another."
            ),
            .init(
                name: "to",
                shape: .record(exportTarget),
                isRequired: true,
                summary: "Where the rows go."
            ),
            .init(
                name: "mode",
                shape: .choice(["upsert", "replace"]),
                standard: "upsert",
                summary: "Whether each row is delivered by its key, or all are one object."
            ),
            .init(
                name: "missing",
                shape: .choice(["keep", "delete"]),
                standard: "keep",
                summary: "What becomes of what was delivered and is no row any more."
            ),
        ] + deliveryKeys
    )

    /// What exports and charts have alike: when, how and by whom they are delivered.
    static let deliveryKeys = [after, reads, wait, pool, limits, description]

    static let after = Record.Key(
        name: "after",
        shape: .oneOrMore(.name),
        summary: "The exports and charts that are delivered before."
    )

    static let wait = Record.Key(
        name: "wait",
        shape: .record(sourceWait),
        summary: "How long a target that is away or busy is awaited."
    )

    static let exportTarget = Record(
        title: "the target of an export",
        keys: [
            .init(
                name: "source",
                shape: .name,
                summary:
                    "The source that says where it is: `postgres` for a table, `mongo` for documents, `s3` for objects."
            ),
            .init(
                name: "table",
                shape: .text,
                summary: "A table of a Postgres database: `schema.table`."
            ),
            .init(
                name: "collection",
                shape: .text,
                summary: "A collection of a MongoDB database."
            ),
            .init(
                name: "insert",
                shape: .boolean,
                standard: "true",
                summary: "Whether documents are made that are not there."
            ),
            .init(
                name: "object",
                shape: .text,
                summary: "An object's name; `{column}` is a value of the key."
            ),
            .init(
                name: "format",
                shape: .choice(ExportFormat.allCases.map(\.rawValue)),
                standard: "json",
                summary: "How an object is written."
            ),
            .init(
                name: "http",
                shape: .text,
                summary: "The address of an API; `{column}` is a value of the key."
            ),
            .init(
                name: "method",
                shape: .choice(["put", "post", "patch"]),
                standard: "put",
                summary: "How an API is told of a row."
            ),
            .init(
                name: "headers",
                shape: .texts,
                summary: "Further fields of a request to an API."
            ),
            .init(
                name: "private",
                shape: .boolean,
                standard: "false",
                summary: "Whether an API may be in a private network."
            ),
        ],
        alternatives: [["table", "collection", "object", "http"]]
    )
}
