import Glibc

/// SIGTERM and SIGINT, received by waiting for them instead of in a handler, where almost nothing is allowed.
struct TerminationSignals {
    private var set = sigset_t()

    /// Blocks the signals in this thread and in all that it starts from here on.
    init() {
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits for one of them and returns its name.
    func wait() -> String {
        var set = set
        var signal: CInt = 0
        // Fails only for an invalid set.
        sigwait(&set, &signal)
        return signal == SIGINT ? "SIGINT" : "SIGTERM"
    }
}
