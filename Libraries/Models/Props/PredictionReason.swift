import Basketball

/// Something that speaks for a side of a line, with its number.
public struct PredictionReason: Sendable, Hashable, Codable {
    /// Stable, such as `last_10_mean`.
    public var name: String
    /// One phrase for readers.
    public var text: String?
    public var value: Double
    public var unit: PointsFeature.Unit
    /// What it makes in points, towards over when above 0; nil where that is not measured.
    public var points: Double?
    /// The side that it speaks for; it speaks against the other one.
    public var isFor: PropSide

    public init(
        name: String,
        text: String?,
        value: Double,
        unit: PointsFeature.Unit,
        points: Double?,
        isFor: PropSide
    ) {
        self.name = name
        self.text = text
        self.value = value
        self.unit = unit
        self.points = points
        self.isFor = isFor
    }
}

/// Reasons for and against the sides of a line, told from what was known before the game.
public enum PredictionReasons {
    /// Points below which something speaks for no side.
    public static let leastPoints = 0.1

    /// Those with the most points first, the probabilities last; none without a line.
    public static func of(
        _ prediction: SystemPrediction,
        profile: PointsProfile,
        line: Double?,
        choice: PropChoice
    ) -> [PredictionReason] {
        guard let line else { return [] }
        let measured = (averages(profile, line) + minutes(prediction, profile) + opponent(profile) + rest(profile))
            .filter { abs($0.points ?? 0) >= leastPoints }
            .sorted { abs($0.points ?? 0) > abs($1.points ?? 0) }
        return measured + absences(profile) + probabilities(choice)
    }

    private static func reason(
        _ name: String,
        _ text: String,
        _ value: Double,
        _ unit: PointsFeature.Unit,
        points: Double
    ) -> PredictionReason {
        PredictionReason(
            name: name,
            text: text,
            value: value,
            unit: unit,
            points: points,
            isFor: points > 0 ? .over : .under
        )
    }

    private static func averages(_ profile: PointsProfile, _ line: Double) -> [PredictionReason] {
        let means = [
            ("last_10_mean", "last ten games", profile.pointsLast10), ("season_mean", "season", profile.seasonPoints),
        ]
        return means.compactMap { name, words, mean in
            guard let mean else { return nil }
            return reason(name, "\(words) \(text(mean)) against \(text(line))", mean, .points, points: mean - line)
        }
    }

    /// The minutes that are expected beyond the usual ones, at his usual rate.
    private static func minutes(_ prediction: SystemPrediction, _ profile: PointsProfile) -> [PredictionReason] {
        guard let minutes = prediction.minutes, profile.usualMinutes > 0 else { return [] }
        let points = (minutes - profile.usualMinutes) * profile.recentPoints / profile.usualMinutes
        let words = "\(text(minutes)) minutes expected against \(text(profile.usualMinutes)) usually"
        return [reason("expected_minutes", words, minutes, .minutes, points: points)]
    }

    private static func opponent(_ profile: PointsProfile) -> [PredictionReason] {
        let (role, pace) = (profile.opponentRolePoints, profile.opponent.pace)
        return [
            reason(
                "opponent_role_points",
                "the opponent lets players of his role score \(text(100 * role)) % of their usual points",
                role,
                .ratio,
                points: (role - 1) * profile.recentPoints
            ),
            reason(
                "opponent_pace",
                "the opponent's games have \(text(100 * pace)) % of the league's possessions",
                pace,
                .ratio,
                points: ContextEffects.pace(profile, usual: profile.recentPoints).points
            ),
        ]
    }

    private static func rest(_ profile: PointsProfile) -> [PredictionReason] {
        guard let days = profile.restDays else { return [] }
        let points = ContextEffects.rest(profile, usual: profile.recentPoints).points
        return [reason("rest", "\(days) days since his last game", Double(days), .days, points: points)]
    }

    /// What absences make in a player's points depends on the models; only their direction is told.
    private static func absences(_ profile: PointsProfile) -> [PredictionReason] {
        guard abs(profile.vacatedPointsChange) >= 1 else { return [] }
        return [
            PredictionReason(
                name: "vacated_usage",
                text: "\(text(profile.vacatedUsage)) possessions of absent teammates, "
                    + "\(text(profile.vacatedPointsChange)) points more than in his last games",
                value: profile.vacatedUsage,
                unit: .events,
                points: nil,
                isFor: profile.vacatedPointsChange > 0 ? .over : .under
            )
        ]
    }

    /// A probability beyond break-even speaks for its side, and one below it against.
    private static func probabilities(_ choice: PropChoice) -> [PredictionReason] {
        let sides: [(PropSide, PricedSide?)] = [(.over, choice.over), (.under, choice.under)]
        return sides.compactMap { side, priced in
            guard let priced else { return nil }
            let other: PropSide = side == .over ? .under : .over
            return PredictionReason(
                name: "\(side.rawValue)_probability",
                text: "\(side.rawValue) \(text(100 * priced.probability)) % against \(text(100 * priced.breakEven)) % "
                    + "to break even at \(priced.price)",
                value: priced.probability,
                unit: .fraction,
                points: nil,
                isFor: priced.margin > 0 ? side : other
            )
        }
    }

    private static func text(_ value: Double) -> String { "\(Rounding.halfAway(value, places: 1))" }
}
