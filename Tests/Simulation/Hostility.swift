/// How rough a life is: the chance of each fault at each occasion.
struct Hostility {
    var crash = 0.0
    var transientFailure = 0.0
    var permanentFailure = 0.0
    /// Weights of steps beside the useful ones.
    var brokerFault = 0.0
    var outsider = 0.0
    var deadline = 0.0

    /// Every fifth life knows only copies, disorder and overlap; every second one also what the protocol must heal by
    /// itself; the rest also what ends tasks and runs badly.
    init(random: inout SeededGenerator) {
        let roughness = Int.random(in: 0..<10, using: &random)
        guard roughness >= 2 else { return }
        crash = Double.random(in: 0...0.12, using: &random)
        transientFailure = Double.random(in: 0...0.15, using: &random)
        brokerFault = Double.random(in: 0...0.6, using: &random)
        guard roughness >= 7 else { return }
        permanentFailure = Double.random(in: 0...0.08, using: &random)
        outsider = Double.random(in: 0...0.6, using: &random)
        deadline = random.chance(0.5) ? 0.2 : 0
    }

    private init() {}

    /// What the end of a life has: nothing fails any more.
    static let peace = Hostility()
}
