extension Team {
    /// The code by which Basketball-Reference calls the team; it differs for three.
    public var basketballReferenceCode: String {
        switch tricode {
        case "BKN": "BRK"
        case "CHA": "CHO"
        case "PHX": "PHO"
        default: tricode
        }
    }

    /// The code by which ESPN calls the team; it differs for six.
    public var espnCode: String {
        switch tricode {
        case "GSW": "GS"
        case "NYK": "NY"
        case "NOP": "NO"
        case "SAS": "SA"
        case "UTA": "UTAH"
        case "WAS": "WSH"
        default: tricode
        }
    }
}
