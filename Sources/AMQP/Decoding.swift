import CRabbitMQ

// Copies of what the library received: its memory is gone after the next frame.

extension String {
    /// The text; what is not UTF-8 becomes replacement characters.
    init(copying bytes: amqp_bytes_t) {
        self = unsafe String(decoding: Array(copying: bytes), as: UTF8.self)
    }
}

extension [UInt8] {
    init(copying bytes: amqp_bytes_t) {
        self = unsafe Array(UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len))
    }
}

extension AMQPTable {
    init(copying table: amqp_table_t) {
        self = [:]
        let entries = unsafe UnsafeBufferPointer(
            start: table.entries,
            count: Int(table.num_entries)
        )
        for index in entries.indices {
            let entry = unsafe entries[index]
            unsafe self[String(copying: entry.key)] = AMQPValue(copying: entry.value)
        }
    }
}

extension AMQPValue {
    /// The value; `nil` for void and decimals, which RabbitMQ does not use.
    init?(copying field: amqp_field_value_t) {
        let kind = unsafe amqp_field_value_kind_t(rawValue: UInt32(field.kind))
        if let number = unsafe Self.number(in: field, kind: kind) {
            self = .integer(number)
            return
        }
        switch kind {
        case AMQP_FIELD_KIND_UTF8, AMQP_FIELD_KIND_BYTES:
            self = unsafe .string(String(copying: field.value.bytes))
        case AMQP_FIELD_KIND_BOOLEAN:
            self = unsafe .boolean(field.value.boolean != 0)
        case AMQP_FIELD_KIND_F32:
            self = unsafe .real(Double(field.value.f32))
        case AMQP_FIELD_KIND_F64:
            self = unsafe .real(field.value.f64)
        case AMQP_FIELD_KIND_TABLE:
            self = unsafe .table(AMQPTable(copying: field.value.table))
        case AMQP_FIELD_KIND_ARRAY:
            let list = unsafe field.value.array
            let values = unsafe UnsafeBufferPointer(
                start: list.entries,
                count: Int(list.num_entries)
            )
            self = unsafe .list(values.compactMap { unsafe AMQPValue(copying: $0) })
        default:
            return nil
        }
    }

    private static func number(
        in field: amqp_field_value_t,
        kind: amqp_field_value_kind_t
    ) -> Int64? {
        switch kind {
        case AMQP_FIELD_KIND_I8: unsafe Int64(field.value.i8)
        case AMQP_FIELD_KIND_U8: unsafe Int64(field.value.u8)
        case AMQP_FIELD_KIND_I16: unsafe Int64(field.value.i16)
        case AMQP_FIELD_KIND_U16: unsafe Int64(field.value.u16)
        case AMQP_FIELD_KIND_I32: unsafe Int64(field.value.i32)
        case AMQP_FIELD_KIND_U32: unsafe Int64(field.value.u32)
        case AMQP_FIELD_KIND_I64: unsafe field.value.i64
        case AMQP_FIELD_KIND_U64, AMQP_FIELD_KIND_TIMESTAMP:
            unsafe Int64(clamping: field.value.u64)
        default: nil
        }
    }
}
