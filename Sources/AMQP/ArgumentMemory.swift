import CRabbitMQ

/// Memory for the arguments of one call into the library; freed all at once.
@safe final class ArgumentMemory {
    private var pool = unsafe amqp_pool_t()

    init() {
        unsafe init_amqp_pool(&pool, 1_024)
    }

    deinit {
        unsafe empty_amqp_pool(&pool)
    }

    /// A copy of `text`.
    func bytes(_ text: String) -> amqp_bytes_t {
        unsafe bytes(Array(text.utf8))
    }

    /// A copy of `content`.
    func bytes(_ content: [UInt8]) -> amqp_bytes_t {
        guard !content.isEmpty else { return unsafe amqp_bytes_t(len: 0, bytes: nil) }
        let copy = unsafe allocate(content.count)
        unsafe copy.copyMemory(from: content, byteCount: content.count)
        return unsafe amqp_bytes_t(len: content.count, bytes: copy)
    }

    /// A copy of `table`.
    func table(_ table: AMQPTable) -> amqp_table_t {
        guard !table.isEmpty else { return unsafe amqp_table_t(num_entries: 0, entries: nil) }
        let entries = unsafe allocate(table.count * MemoryLayout<amqp_table_entry_t>.stride)
            .bindMemory(to: amqp_table_entry_t.self, capacity: table.count)
        for (index, (key, value)) in table.enumerated() {
            unsafe (entries + index)
                .initialize(
                    to: amqp_table_entry_t(key: bytes(key), value: field(value))
                )
        }
        return unsafe amqp_table_t(num_entries: Int32(table.count), entries: entries)
    }

    private func list(_ values: [AMQPValue]) -> amqp_array_t {
        guard !values.isEmpty else { return unsafe amqp_array_t(num_entries: 0, entries: nil) }
        let entries = unsafe allocate(values.count * MemoryLayout<amqp_field_value_t>.stride)
            .bindMemory(to: amqp_field_value_t.self, capacity: values.count)
        for (index, value) in values.enumerated() {
            unsafe (entries + index).initialize(to: field(value))
        }
        return unsafe amqp_array_t(num_entries: Int32(values.count), entries: entries)
    }

    private func field(_ value: AMQPValue) -> amqp_field_value_t {
        var field = unsafe amqp_field_value_t()
        switch value {
        case .string(let text):
            unsafe field.kind = UInt8(AMQP_FIELD_KIND_UTF8.rawValue)
            unsafe field.value.bytes = bytes(text)
        case .integer(let number):
            unsafe field.kind = UInt8(AMQP_FIELD_KIND_I64.rawValue)
            unsafe field.value.i64 = number
        case .real(let number):
            unsafe field.kind = UInt8(AMQP_FIELD_KIND_F64.rawValue)
            unsafe field.value.f64 = number
        case .boolean(let flag):
            unsafe field.kind = UInt8(AMQP_FIELD_KIND_BOOLEAN.rawValue)
            unsafe field.value.boolean = flag ? 1 : 0
        case .table(let inner):
            unsafe field.kind = UInt8(AMQP_FIELD_KIND_TABLE.rawValue)
            unsafe field.value.table = table(inner)
        case .list(let values):
            unsafe field.kind = UInt8(AMQP_FIELD_KIND_ARRAY.rawValue)
            unsafe field.value.array = list(values)
        }
        return unsafe field
    }

    private func allocate(_ size: Int) -> UnsafeMutableRawPointer {
        guard let memory = unsafe amqp_pool_alloc(&pool, size) else {
            preconditionFailure("out of memory")
        }
        return unsafe memory
    }
}
