/// Why a prediction of a player who did not play is judged by nothing, as far as it was known before tip-off.
public enum VoidReason: String, Sendable, Hashable, CaseIterable {
    /// He was announced out or doubtful.
    case confirmedInjury = "dnp_injury_confirmed"
    /// He was announced questionable or probable.
    case lateScratch = "dnp_late_scratch"
    /// Nothing was said, or that he would play.
    case unknown = "dnp_unknown"

    /// - Parameter announced: the last word on the player before tip-off.
    public init(announced: InjuryStatus?) {
        self =
            switch announced {
            case .out, .doubtful: .confirmedInjury
            case .questionable, .probable: .lateScratch
            case .available, nil: .unknown
            }
    }
}
