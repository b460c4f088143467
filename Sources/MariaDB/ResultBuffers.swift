import CMariaDB

/// Owns the memory that the library writes a row's values into, one piece for each column.
@safe final class ResultBuffers {
    private let columns: [MariaDBColumn]
    private let binds: UnsafeMutableBufferPointer<MYSQL_BIND>
    private let lengths: UnsafeMutableBufferPointer<UInt>
    private let nulls: UnsafeMutableBufferPointer<my_bool>
    /// Whether the library does not know yet where a buffer is.
    private var hasMoved = false

    /// Bytes that a text has at first; it gets more when a longer one comes.
    private static let firstSize = 256
    /// Bytes that a text keeps for the rows behind it.
    private static let mostKept = 1 << 20
    /// Enough for a number or a time.
    private static let alignment = 16

    init(_ columns: [MariaDBColumn]) {
        self.columns = columns
        unsafe binds = .allocate(capacity: columns.count)
        unsafe lengths = .allocate(capacity: columns.count)
        unsafe nulls = .allocate(capacity: columns.count)
        unsafe lengths.initialize(repeating: 0)
        unsafe nulls.initialize(repeating: 0)
        for (index, column) in columns.enumerated() {
            unsafe binds.initializeElement(at: index, to: bind(column, at: index))
        }
    }

    deinit {
        for index in columns.indices { unsafe binds[index].buffer.deallocate() }
        unsafe binds.deallocate()
        unsafe lengths.deallocate()
        unsafe nulls.deallocate()
    }

    private func bind(_ column: MariaDBColumn, at index: Int) -> MYSQL_BIND {
        var bind = unsafe MYSQL_BIND()
        unsafe bind.buffer_type = column.kind.bufferType
        unsafe bind.is_unsigned = column.kind == .unsigned ? 1 : 0
        unsafe bind.buffer_length = UInt(Self.firstSize)
        unsafe bind.buffer = .allocate(byteCount: Self.firstSize, alignment: Self.alignment)
        unsafe bind.length = lengths.baseAddress.map { unsafe $0 + index }
        unsafe bind.is_null = nulls.baseAddress.map { unsafe $0 + index }
        return unsafe bind
    }

    /// Tells the library where the values go.
    func attach(to statement: UnsafeMutablePointer<MYSQL_STMT>) -> Bool {
        unsafe mysql_stmt_bind_result(statement, binds.baseAddress) == 0
    }

    /// Fetches what was too long for its buffer once more, into a larger one.
    ///
    /// - Returns: Whether the library could.
    func complete(_ statement: UnsafeMutablePointer<MYSQL_STMT>) -> Bool {
        for index in columns.indices where isCut(index) {
            resize(index, to: unsafe Int(lengths[index]) * 2)
            guard
                unsafe mysql_stmt_fetch_column(statement, &binds[index], UInt32(index), 0) == 0
            else { return false }
        }
        return true
    }

    private func isCut(_ index: Int) -> Bool {
        unsafe nulls[index] == 0 && lengths[index] > binds[index].buffer_length
    }

    /// Makes ready for the next row, once this one has been taken.
    ///
    /// It gives back what a very long text took, and tells the library where the buffers are now: some versions of it
    /// forget the lengths of a row's values then.
    ///
    /// - Returns: Whether the library knows of it.
    func makeReady(for statement: UnsafeMutablePointer<MYSQL_STMT>) -> Bool {
        for index in columns.indices where unsafe binds[index].buffer_length > Self.mostKept {
            resize(index, to: Self.firstSize)
        }
        guard hasMoved else { return true }
        hasMoved = false
        return unsafe attach(to: statement)
    }

    private func resize(_ index: Int, to size: Int) {
        unsafe binds[index].buffer.deallocate()
        unsafe binds[index].buffer = .allocate(byteCount: size, alignment: Self.alignment)
        unsafe binds[index].buffer_length = UInt(size)
        hasMoved = true
    }

    /// Adds the row that the buffers hold.
    func append(to rows: inout MariaDBRows) {
        var text = ValueText(appendingTo: rows.bytes)
        rows.bytes = []
        for (index, column) in columns.enumerated() {
            guard unsafe nulls[index] == 0, let buffer = unsafe binds[index].buffer else {
                rows.values.append(nil)
                continue
            }
            let start = text.bytes.count
            let length = unsafe Int(lengths[index])
            unsafe append(
                UnsafeRawBufferPointer(start: buffer, count: length),
                column.kind,
                to: &text
            )
            rows.values.append(start..<text.bytes.count)
        }
        rows.bytes = text.bytes
    }

    private func append(
        _ raw: UnsafeRawBufferPointer,
        _ kind: MariaDBColumn.Kind,
        to text: inout ValueText
    ) {
        guard let start = raw.baseAddress else { return }
        switch kind {
        case .integer: text.append(String(unsafe start.load(as: Int64.self)))
        case .unsigned: text.append(String(unsafe start.load(as: UInt64.self)))
        case .float: text.append(unsafe start.load(as: Float.self).description)
        case .double: text.append(unsafe start.load(as: Double.self).description)
        case .bits: unsafe text.append(bits: raw)
        case .date, .dateTime, .instant, .time:
            text.append(unsafe start.load(as: MYSQL_TIME.self), kind)
        case .decimal, .text: unsafe text.append(raw: raw)
        case .bytes: unsafe text.append(hexadecimal: raw)
        }
    }
}

extension MariaDBColumn.Kind {
    /// As what the library writes it: what it does not change is bytes to it.
    fileprivate var bufferType: enum_field_types {
        switch self {
        case .integer, .unsigned: MYSQL_TYPE_LONGLONG
        case .float: MYSQL_TYPE_FLOAT
        case .double: MYSQL_TYPE_DOUBLE
        case .date: MYSQL_TYPE_DATE
        case .dateTime: MYSQL_TYPE_DATETIME
        case .instant: MYSQL_TYPE_TIMESTAMP
        case .time: MYSQL_TYPE_TIME
        case .bits, .decimal, .text, .bytes: MYSQL_TYPE_BLOB
        }
    }
}
