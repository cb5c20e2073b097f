/// A type of the server, by its object identifier.
public struct PostgresType: Sendable, Hashable, CustomStringConvertible {
    public let oid: UInt32

    public init(oid: UInt32) {
        self.oid = oid
    }

    public static let bool = PostgresType(oid: 16)
    public static let bytea = PostgresType(oid: 17)
    public static let char = PostgresType(oid: 18)
    public static let name = PostgresType(oid: 19)
    public static let int8 = PostgresType(oid: 20)
    public static let int2 = PostgresType(oid: 21)
    public static let int4 = PostgresType(oid: 23)
    public static let text = PostgresType(oid: 25)
    public static let oid = PostgresType(oid: 26)
    public static let json = PostgresType(oid: 114)
    public static let float4 = PostgresType(oid: 700)
    public static let float8 = PostgresType(oid: 701)
    public static let unknown = PostgresType(oid: 705)
    public static let bpchar = PostgresType(oid: 1042)
    public static let varchar = PostgresType(oid: 1043)
    public static let date = PostgresType(oid: 1082)
    public static let timestamp = PostgresType(oid: 1114)
    public static let timestamptz = PostgresType(oid: 1184)
    public static let interval = PostgresType(oid: 1186)
    public static let numeric = PostgresType(oid: 1700)
    public static let void = PostgresType(oid: 2278)
    public static let uuid = PostgresType(oid: 2950)
    public static let jsonb = PostgresType(oid: 3802)

    /// Name and array type's OID of every type that this library knows.
    private static let known: [UInt32: (name: String, array: UInt32)] = [
        16: ("bool", 1000), 17: ("bytea", 1001), 18: ("char", 1002), 19: ("name", 1003), 20: ("int8", 1016),
        21: ("int2", 1005), 23: ("int4", 1007), 25: ("text", 1009), 26: ("oid", 1028), 114: ("json", 199),
        700: ("float4", 1021), 701: ("float8", 1022), 705: ("unknown", 0), 1042: ("bpchar", 1014),
        1043: ("varchar", 1015), 1082: ("date", 1182), 1114: ("timestamp", 1115), 1184: ("timestamptz", 1185),
        1186: ("interval", 1187), 1700: ("numeric", 1231), 2278: ("void", 0), 2950: ("uuid", 2951),
        3802: ("jsonb", 3807),
    ]

    private static let arrayNames: [UInt32: String] = {
        var names: [UInt32: String] = [:]
        for entry in known.values where entry.array != 0 {
            names[entry.array] = entry.name + "[]"
        }
        return names
    }()

    /// The type of arrays of this type, if this library knows it.
    public var array: PostgresType? {
        guard let entry = Self.known[oid], entry.array != 0 else { return nil }
        return PostgresType(oid: entry.array)
    }

    /// The type's name, or `type <oid>` for one that this library does not know.
    public var description: String {
        Self.known[oid]?.name ?? Self.arrayNames[oid] ?? "type \(oid)"
    }

    var isArray: Bool { Self.arrayNames[oid] != nil }

    /// Types made in the database itself (enumerations, domains, extensions) have identifiers from here on.
    var isUserDefined: Bool { oid >= 16384 }
}
