import Foundation

/// Decimal rounding as PostgreSQL's `numeric` does it.
public enum Rounding {
    /// Rounds half away from zero to `places` decimals.
    ///
    /// A decimal tie that binary cannot hold exactly (0.285, 2.675) still counts as a tie: two units in the last place
    /// are granted. NaN and infinities pass through.
    public static func halfAway(_ value: Double, places: Int) -> Double {
        let factor = pow(10, Double(places))
        let scaled = value * factor
        guard scaled.isFinite else { return value }
        let magnitude = scaled.magnitude
        let floor = magnitude.rounded(.down)
        let up = magnitude - floor >= 0.5 - 2 * magnitude.ulp
        let rounded = (up ? floor + 1 : floor) / factor
        return value < 0 ? -rounded : rounded
    }
}
