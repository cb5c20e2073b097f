/// A mark and a checksum before a model's bytes. XGBoost reads outside its memory when a model was cut, so it is given whole
/// ones only. The checksum finds accidents, not forgeries: models come from trusted storage.
enum ModelEnvelope {
    private static let mark = Array("TREES\u{0}\u{0}1".utf8)
    private static let headerCount = 16

    static func seal(_ model: [UInt8]) -> [UInt8] {
        let checksum = Checksum.fnv1a(model)
        return mark + (0..<8).map { UInt8(truncatingIfNeeded: checksum >> (8 * $0)) } + model
    }

    /// - Throws: ``BoostingError`` `invalid_model` when the bytes are none of ``seal(_:)`` or were changed.
    static func open(_ bytes: [UInt8]) throws(BoostingError) -> ArraySlice<UInt8> {
        guard bytes.count > headerCount, bytes.starts(with: mark) else {
            throw BoostingError(.invalidModel, "\(bytes.count) bytes that begin no model of this type")
        }
        let model = bytes[headerCount...]
        let stored = bytes[mark.count..<headerCount].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard Checksum.fnv1a(model) == stored else {
            throw BoostingError(.invalidModel, "the model's bytes were changed or cut")
        }
        return model
    }
}
