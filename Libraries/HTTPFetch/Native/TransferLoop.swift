internal import CCurl

/// The life of the transfer thread. Everything here happens on that one thread.
struct TransferLoop {
    private let engine: TransferEngine
    private let multi: UnsafeMutableRawPointer
    private var active: [UInt64: Transfer] = [:]
    private var idByHandle: [UnsafeMutableRawPointer: UInt64] = [:]

    init(engine: TransferEngine, multi: UnsafeMutableRawPointer) {
        self.engine = engine
        self.multi = multi
    }

    /// Serves orders until the engine stops.
    consuming func run() {
        var loop = self
        while let work = loop.engine.take(active: loop.active.count) {
            for order in work.orders { loop.begin(order) }
            for id in work.cancelled { loop.abort(id, .cancelled, "cancelled during the transfer") }
            loop.step()
        }
        curl_multi_cleanup(loop.multi)
    }

    private mutating func begin(_ order: TransferOrder) {
        let transfer: Transfer
        do throws(HTTPError) {
            transfer = try Transfer(order, settings: engine.settings)
        } catch {
            order.continuation.resume(returning: .failure(error))
            return
        }
        let outcome = curl_multi_add_handle(multi, transfer.handle)
        guard outcome == CURLM_OK else {
            transfer.fail(.local, "libcurl refused the transfer: \(Self.text(outcome))")
            return
        }
        active[order.id] = transfer
        idByHandle[transfer.handle] = order.id
    }

    /// Moves all transfers on, hands over those that are done, and sleeps until a socket, a timer or a wake-up.
    private mutating func step() {
        var running: Int32 = 0
        let outcome = curl_multi_perform(multi, &running)
        let finishedSome = collect()
        guard outcome == CURLM_OK else {
            for id in active.keys { abort(id, .local, "libcurl failed: \(Self.text(outcome))") }
            return
        }
        // A free place may let a waiting order in; look before sleeping.
        if finishedSome { return }
        let slept = curl_multi_poll(multi, nil, 0, 60_000, nil)
        if slept != CURLM_OK {
            for id in active.keys { abort(id, .local, "libcurl can't wait: \(Self.text(slept))") }
        }
    }

    private mutating func collect() -> Bool {
        var remaining: Int32 = 0
        var finished = false
        while let message = curl_multi_info_read(multi, &remaining) {
            // Read before the handle is removed: removing invalidates the message.
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
            let result = message.pointee.data.result
            if let id = idByHandle[handle], let transfer = remove(id) {
                transfer.finish(result)
                finished = true
            }
        }
        return finished
    }

    private mutating func abort(_ id: UInt64, _ code: HTTPError.Code, _ reason: String) {
        remove(id)?.fail(code, reason)
    }

    private mutating func remove(_ id: UInt64) -> Transfer? {
        guard let transfer = active.removeValue(forKey: id) else { return nil }
        idByHandle.removeValue(forKey: transfer.handle)
        curl_multi_remove_handle(multi, transfer.handle)
        return transfer
    }

    private static func text(_ code: CURLMcode) -> String {
        curl_multi_strerror(code).map { String(cString: $0) } ?? "code \(code.rawValue)"
    }
}
