import CRdkafka

func nativeErrorName(_ code: Int32) -> String {
    // The library returns a pointer to a constant (or thread-local) text, never nil.
    String(cString: rd_kafka_err2name(rd_kafka_resp_err_t(code)))
}

extension KafkaError {
    /// From a plain code; the reason is the library's text for it unless a better one is given.
    init(native code: rd_kafka_resp_err_t, reason: String? = nil) {
        self.init(
            Code(rawValue: code.rawValue),
            reason: reason ?? String(cString: rd_kafka_err2str(code)),
            isFatal: code == RD_KAFKA_RESP_ERR__FATAL
        )
    }

    /// Takes over and destroys an error object.
    init(consuming error: OpaquePointer) {
        self.init(borrowing: error)
        rd_kafka_error_destroy(error)
    }

    /// Reads an error object that somebody else owns.
    init(borrowing error: OpaquePointer) {
        let code = Code(rawValue: rd_kafka_error_code(error).rawValue)
        self.init(
            code,
            reason: String(cString: rd_kafka_error_string(error)),
            isFatal: rd_kafka_error_is_fatal(error) != 0,
            isRetriable: rd_kafka_error_is_retriable(error) != 0 || Code.retriable.contains(code)
        )
    }

    /// The fatal error that a client has raised, if any.
    static func fatal(of client: OpaquePointer) -> KafkaError? {
        var code = RD_KAFKA_RESP_ERR_NO_ERROR
        let reason = withErrorText { buffer, size in code = rd_kafka_fatal_error(client, buffer, size) }
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        return KafkaError(Code(rawValue: code.rawValue), reason: reason, isFatal: true)
    }
}

/// Calls C with a text buffer for an error message and returns what was written there.
func withErrorText(_ body: (UnsafeMutablePointer<CChar>, Int) -> Void) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
        // Zeroed, so that the text ends inside the buffer even if C writes nothing.
        buffer.initialize(repeating: 0)
        guard let base = buffer.baseAddress else { return "" }
        body(base, buffer.count)
        buffer[buffer.count - 1] = 0
        return String(cString: base)
    }
}
