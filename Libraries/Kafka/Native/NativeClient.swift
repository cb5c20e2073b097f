import CRdkafka

/// A native client and the reference to its context.
///
/// `@unchecked`: librdkafka's functions may be called from any thread; what is *not* safe is calling them after
/// `destroy`, and each owner states why that cannot happen (see the uses of `destroy`).
struct NativeClient: @unchecked Sendable {
    let pointer: OpaquePointer
    private let context: Unmanaged<ClientContext>

    enum Kind {
        case producer
        case consumer(group: String)
        case admin
        /// Reads partitions by offset, in no group.
        case reader
    }

    /// Creates the client. Throws `invalidConfiguration` naming the property that is not accepted.
    init(
        _ kind: Kind,
        configuration: KafkaConfiguration,
        statisticsInterval: Duration?,
        context: ClientContext
    ) throws(KafkaError) {
        let conf = try Self.configure(kind, configuration, statisticsInterval)
        let reference = Unmanaged.passRetained(context)
        rd_kafka_conf_set_opaque(conf, reference.toOpaque())
        rd_kafka_conf_set_log_cb(conf, logCallback)
        rd_kafka_conf_set_error_cb(conf, errorCallback)
        if statisticsInterval != nil { rd_kafka_conf_set_stats_cb(conf, statisticsCallback) }
        let type: rd_kafka_type_t
        switch kind {
        case .producer:
            rd_kafka_conf_set_dr_msg_cb(conf, deliveryCallback)
            type = RD_KAFKA_PRODUCER
        case .consumer:
            rd_kafka_conf_set_rebalance_cb(conf, rebalanceCallback)
            type = RD_KAFKA_CONSUMER
        case .admin:
            type = RD_KAFKA_PRODUCER
        case .reader:
            type = RD_KAFKA_CONSUMER
        }
        var client: OpaquePointer?
        let reason = withErrorText { buffer, size in client = rd_kafka_new(type, conf, buffer, size) }
        guard let client else {
            // On failure the configuration stays ours, and no thread of the client is left that could call back.
            rd_kafka_conf_destroy(conf)
            reference.release()
            throw KafkaError(.invalidConfiguration, reason: configuration.redact(reason))
        }
        self.pointer = client
        self.context = reference
    }

    /// Destroys the client and gives back the context. At most once; no call on the client may follow.
    func destroy() {
        rd_kafka_destroy(pointer)
        context.release()
    }

    private static func configure(
        _ kind: Kind,
        _ configuration: KafkaConfiguration,
        _ statisticsInterval: Duration?
    ) throws(KafkaError) -> OpaquePointer {
        guard let conf = rd_kafka_conf_new() else {
            throw KafkaError(.criticalResource, reason: "no memory for a client configuration")
        }
        do throws(KafkaError) {
            guard !configuration.brokers.isEmpty else {
                throw KafkaError(.invalidConfiguration, reason: "no brokers are given")
            }
            if let name = configuration.settings.keys.sorted().first(where: KafkaConfiguration.reserved.contains) {
                throw KafkaError(
                    .invalidConfiguration,
                    reason: "the setting \(name) is decided by the library and cannot be given"
                )
            }
            var properties = KafkaConfiguration.commonDefaults
            switch kind {
            case .producer: properties += KafkaConfiguration.producerDefaults
            case .consumer: properties += KafkaConfiguration.consumerDefaults
            case .reader: properties += KafkaConfiguration.readerDefaults
            case .admin: break
            }
            // A statement of the caller replaces the default; both applied would fail where aliases conflict.
            properties.removeAll { configuration.settings[$0.0] != nil }
            properties += configuration.settings.sorted { $0.key < $1.key }
            // One set of settings serves all of a service's clients; librdkafka would warn of a consumer's fetching.
            switch kind {
            case .consumer, .reader: break
            case .producer, .admin: properties.removeAll { $0.0.hasPrefix("fetch.") }
            }
            properties += [("bootstrap.servers", configuration.brokers), ("client.id", configuration.clientID)]
            if let statisticsInterval {
                properties.append(("statistics.interval.ms", "\(statisticsInterval.pollMilliseconds)"))
            }
            switch kind {
            case .producer: properties += KafkaConfiguration.producerFixed
            case .consumer(let group): properties += KafkaConfiguration.consumerFixed + [("group.id", group)]
            case .reader: properties += KafkaConfiguration.consumerFixed
            case .admin: break
            }
            if case .consumer = kind, let strategy = configuration.settings["partition.assignment.strategy"],
                strategy.contains("cooperative")
            {
                throw KafkaError(.invalidConfiguration, reason: "cooperative assignment is not supported")
            }
            for (name, value) in properties { try set(name, value, in: conf, configuration) }
        } catch {
            rd_kafka_conf_destroy(conf)
            throw error
        }
        return conf
    }

    private static func set(
        _ name: String,
        _ value: String,
        in conf: OpaquePointer,
        _ configuration: KafkaConfiguration
    ) throws(KafkaError) {
        // C would see the text before the zero only, and set something else than was asked for.
        guard !name.utf8.contains(0), !value.utf8.contains(0) else {
            throw KafkaError(.invalidConfiguration, reason: "the setting \(name) contains a zero byte")
        }
        var result = RD_KAFKA_CONF_OK
        let reason = withErrorText { buffer, size in result = rd_kafka_conf_set(conf, name, value, buffer, size) }
        guard result == RD_KAFKA_CONF_OK else {
            // The library's text quotes the value.
            let shown =
                KafkaConfiguration.isSecret(name) ? "its value is not accepted" : configuration.redact(reason)
            throw KafkaError(.invalidConfiguration, reason: "setting \(name): \(shown)")
        }
    }
}
