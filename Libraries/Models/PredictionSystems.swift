/// The systems that predict.
public enum PredictionSystems {
    /// Every system whose predictions are stored; the first is the one that readers are shown.
    public static let active: [any PredictionSystem] = [MovingAverage()]
}
