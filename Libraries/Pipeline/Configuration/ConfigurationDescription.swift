/// One setting as it may be shown to anyone.
public struct ConfigurationSetting: Sendable, Hashable {
    /// Where a value came from.
    public enum Source: String, Sendable, Hashable {
        case environment, file, `default`
    }

    /// The environment variable.
    public let name: String
    /// The value, with secrets as `***`; empty when unset.
    public let value: String
    public let source: Source
    /// What the setting is for.
    public let help: String
    public let isSecret: Bool
}

/// All settings of a process, without its secrets.
public struct ConfigurationDescription: Sendable, Hashable, CustomStringConvertible {
    /// In the order in which they were read.
    public let settings: [ConfigurationSetting]

    /// Aligned text for `--print-config`: name, value, source, help.
    public var description: String {
        let names = settings.map(\.name.count).max() ?? 0
        let values = min(settings.map(\.value.count).max() ?? 0, 48)
        return settings.map { setting in
            let value = setting.value.isEmpty ? "-" : setting.value
            let columns = [
                Self.pad(setting.name, names), Self.pad(value, values), Self.pad("(\(setting.source.rawValue))", 13),
                setting.help,
            ]
            return columns.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    /// The settings as a JSON array of objects with `name`, `value`, `source`, `help` and `secret`.
    public var json: JSONValue {
        .array(
            settings.map { setting in
                [
                    "name": .string(setting.name), "value": .string(setting.value),
                    "source": .string(setting.source.rawValue), "help": .string(setting.help),
                    "secret": .bool(setting.isSecret),
                ]
            }
        )
    }

    /// The first 16 hexadecimal digits of a SHA-256 over names and shown values: equal digests mean equally configured
    /// processes, secrets aside.
    public var digest: String {
        var bytes: [UInt8] = []
        for setting in settings.sorted(by: { $0.name < $1.name }) {
            bytes.append(contentsOf: setting.name.utf8)
            bytes.append(0)
            bytes.append(contentsOf: setting.value.utf8)
            bytes.append(0)
        }
        return SHA256.hash(bytes).short
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
