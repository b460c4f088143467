extension Diagnostic {
    /// The kinds of problems, by names that stay the same between versions.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// A file of the definition is missing.
        case fileMissing = "file.missing"
        /// A file cannot be read, is no text, or lies outside the pipeline's folder.
        case fileUnreadable = "file.unreadable"
        /// A file or its nesting is larger than a definition may be.
        case fileTooLarge = "file.too_large"
        /// The text is not YAML.
        case yamlSyntax = "yaml.syntax"
        /// A feature of YAML that definitions do not use: anchors, aliases, tags, key expressions.
        case yamlFeature = "yaml.feature"
        /// The same key stands twice in one mapping.
        case keyDoubled = "key.doubled"
        /// A key that does not exist here.
        case keyUnknown = "key.unknown"
        /// A key that must stand here does not.
        case keyMissing = "key.missing"
        /// Two keys stand together of which only one may.
        case keyConflict = "key.conflict"
        /// A key has no value.
        case valueMissing = "value.missing"
        /// A value of the wrong kind: a mapping where a list belongs.
        case valueKind = "value.kind"
        /// A value of the right kind that is not understood.
        case valueMalformed = "value.malformed"
        /// A number or a length outside its bounds.
        case valueRange = "value.range"
        /// A name that breaks the grammar of names.
        case nameMalformed = "name.malformed"
        /// A name that Longshore or Postgres uses itself.
        case nameReserved = "name.reserved"
        /// A name that something else has already.
        case nameTaken = "name.taken"
        /// A name of nothing that is defined.
        case nameUnknown = "name.unknown"
        /// `${…}` that is no parameter, or stands where only parameters may.
        case parameterUnknown = "parameter.unknown"
        /// A parameter without a value, or with a value that is not of its type.
        case parameterValue = "parameter.value"
        /// A parameter in SQL where no value can stand: in a name, a comment, a string between dollars.
        case parameterPlace = "parameter.place"
        /// A password written into the definition.
        case secretLiteral = "secret.literal"
        /// A source of another kind than is needed.
        case sourceKind = "source.kind"
        /// A type that does not exist.
        case typeUnknown = "type.unknown"
        /// A setting that does not fit the column's type.
        case typeMismatch = "type.mismatch"
        /// A key column that cannot be one.
        case keyColumn = "column.key"
        /// A reference with another number of columns than the dimension's key has.
        case referenceLength = "reference.length"
        /// Dimensions or marts that need each other in a circle.
        case cycle = "table.cycle"
        /// A table with more columns, or wider rows, than Postgres has room for.
        case tableTooWide = "table.too_wide"
        /// A table whose rows may be wider than Postgres has room for.
        case tableWide = "table.wide"
        /// Something by period where the pipeline, the fact or the mart has no periods.
        case periodMissing = "period.missing"
        /// SQL that is no single query.
        case sqlStatement = "sql.statement"
        /// A `:name` in SQL that stands for nothing.
        case sqlPlaceholder = "sql.placeholder"
        /// There are more problems than are told.
        case problemsMore = "problems.more"
        /// Something is defined and never used.
        case unused = "name.unused"
    }
}
