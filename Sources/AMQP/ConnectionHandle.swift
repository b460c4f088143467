import CRabbitMQ

/// Owns the library's connection: made here, freed here, by nobody else.
@safe final class ConnectionHandle {
    let state: amqp_connection_state_t

    init() {
        guard let state = unsafe amqp_new_connection() else { preconditionFailure("out of memory") }
        unsafe self.state = state
    }

    deinit {
        unsafe amqp_destroy_connection(state)
    }
}
