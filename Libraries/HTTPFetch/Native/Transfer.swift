internal import CCurl
internal import FoundationEssentials
internal import Glibc

/// One hop on one easy handle. It lives on the transfer thread only.
final class Transfer {
    let handle: UnsafeMutableRawPointer
    private let order: TransferOrder
    private let limits: HTTPLimits
    private let maximumBodyBytes: Int
    private let errorText = UnsafeMutableBufferPointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var response = HopResponse()
    private var headerBytes = 0
    private var decoder: BodyDecoder?
    private var failure: HTTPError?
    private var blockedAddress = false

    /// Prepares the handle. Throws when the request can't be sent.
    init(_ order: TransferOrder, settings: TransferSettings) throws(HTTPError) {
        guard let handle = curl_easy_init() else {
            throw HTTPError(.local, "no memory for a transfer", url: order.url.text)
        }
        self.handle = handle
        self.order = order
        limits = settings.limits
        maximumBodyBytes = order.request.maximumBodyBytes ?? settings.limits.maximumBodyBytes
        errorText.initialize(repeating: 0)
        let setup = TransferSetup(handle: handle, url: order.url.text)
        try setup.apply(order.request, settings: settings, timeout: order.timeout, maximumBodyBytes: maximumBodyBytes)
        headerList = try setup.headers(order.request, settings: settings)
        try setup.list(CURLOPT_HTTPHEADER, headerList)
        try setup.pointer(CURLOPT_ERRORBUFFER, errorText.baseAddress)
        // The callbacks borrow self: the loop holds it for as long as the handle is in the multi handle.
        let context = Unmanaged.passUnretained(self).toOpaque()
        try setup.callback(CURLOPT_WRITEFUNCTION, receiveBody, CURLOPT_WRITEDATA, context)
        try setup.callback(CURLOPT_HEADERFUNCTION, receiveHeader, CURLOPT_HEADERDATA, context)
        if settings.proxy == nil, !limits.allowPrivateAddresses {
            try setup.require(tipoff_curl_set_socket_callback(handle, openCheckedSocket))
            try setup.pointer(CURLOPT_OPENSOCKETDATA, context)
        }
        try setup.method(order.request)
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(headerList)
        errorText.deallocate()
    }

    /// Hands over the result that libcurl reports.
    func finish(_ code: CURLcode) {
        var failure = failure
        if failure == nil, code != CURLE_OK {
            failure = blockedAddress ? blocked() : HTTPError(code, detail: detail(code), url: order.url.text)
        }
        if failure == nil, let decoder, response.wireBytes > 0, !decoder.isComplete {
            failure = HTTPError(.truncated, "the compressed body ends before its end", url: order.url.text)
        }
        if let failure {
            order.continuation.resume(returning: .failure(failure))
            return
        }
        var status = 0
        var microseconds: curl_off_t = 0
        tipoff_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        tipoff_curl_get_offset(handle, CURLINFO_TOTAL_TIME_T, &microseconds)
        response.status = status
        response.elapsed = .microseconds(microseconds)
        response.receivedAt = Date()
        order.continuation.resume(returning: .success(response))
    }

    /// Hands over a failure that libcurl doesn't know of.
    func fail(_ code: HTTPError.Code, _ reason: String) {
        order.finish(code, reason)
    }

    /// Takes body bytes as they come from the wire; false stops the transfer.
    fileprivate func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        do throws(HTTPError) {
            if response.wireBytes == 0 { try beginBody() }
            response.wireBytes += bytes.count
            guard response.wireBytes <= maximumBodyBytes else { throw tooLarge() }
            guard let decoder else {
                response.body.append(contentsOf: bytes)
                return true
            }
            try decoder.decode(bytes) { piece throws(HTTPError) in
                let total = response.body.count + piece.count
                guard total <= maximumBodyBytes else { throw tooLarge() }
                let (allowed, overflow) = response.wireBytes.multipliedReportingOverflow(
                    by: limits.maximumDecompressionRatio
                )
                guard overflow || total <= max(limits.ratioGraceBytes, allowed) else {
                    throw HTTPError(
                        .decompressionRatio,
                        "the body grows more than \(limits.maximumDecompressionRatio) fold",
                        url: order.url.text
                    )
                }
                response.body.append(contentsOf: piece)
            }
            return true
        } catch {
            failure = error
            return false
        }
    }

    /// Takes one header line; false stops the transfer.
    fileprivate func receiveHeaderLine(_ bytes: UnsafeRawBufferPointer) -> Bool {
        headerBytes += bytes.count
        guard headerBytes <= 256 << 10, response.headers.fields.count < 512 else {
            failure = HTTPError(.badResponse, "too many headers", url: order.url.text)
            return false
        }
        let line = String(decoding: bytes, as: UTF8.self)
        // A status line begins a new header block: what came before was an interim 1xx answer or a proxy's.
        if line.hasPrefix("HTTP/") {
            response.headers = HTTPHeaders()
            return true
        }
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return true }
        let name = line[..<colon]
        let value = line[line.utf8.index(after: colon)...].trimmingWhitespace()
        if name.lowercased() == "content-length", let earlier = response.headers["content-length"], earlier != value {
            failure = HTTPError(.badLength, "two different Content-Length headers", url: order.url.text)
            return false
        }
        response.headers.append(String(name), value)
        return true
    }

    /// Refuses addresses that aren't public. Checking the address of the very socket leaves DNS no second answer.
    fileprivate func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 0
        let raw = UnsafeRawPointer(address) + offset
        guard AddressPolicy.isPublic(raw, length: Int(address.pointee.addrlen)) else {
            blockedAddress = true
            return CURL_SOCKET_BAD
        }
        let kind = address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
        return socket(address.pointee.family, kind, address.pointee.protocol)
    }

    private func beginBody() throws(HTTPError) {
        let codings = response.headers.all("content-encoding")
            .flatMap { $0.split(separator: ",") }.map { $0.trimmingWhitespace().lowercased() }
            .filter { $0 != "identity" && !$0.isEmpty }
        // Without having asked for a coding, the coding belongs to the entity: an object stored compressed stays so.
        if order.request.acceptsCompression, !codings.isEmpty {
            guard codings.count == 1, let decoder = BodyDecoder(coding: codings[0], url: order.url.text) else {
                throw HTTPError(.badEncoding, "the content coding is not supported", url: order.url.text)
            }
            self.decoder = decoder
        } else if let length = response.headers["content-length"].flatMap({ Int($0) }) {
            response.body.reserveCapacity(max(0, min(length, maximumBodyBytes)))
        }
    }

    private func tooLarge() -> HTTPError {
        HTTPError(.tooLarge, "the body is longer than \(maximumBodyBytes) bytes", url: order.url.text)
    }

    private func blocked() -> HTTPError {
        HTTPError(.blockedAddress, "\(order.url.host) has no public address", url: order.url.text)
    }

    private func detail(_ code: CURLcode) -> String {
        if let start = errorText.baseAddress, start.pointee != 0 { return String(cString: start) }
        return curl_easy_strerror(code).map { String(cString: $0) } ?? "code \(code.rawValue)"
    }
}

// C calls these: plain functions without captures.

private func receiveBody(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let length = size * count
    // Any number other than the length stops the transfer, except on an empty call.
    return transfer.receive(UnsafeRawBufferPointer(start: bytes, count: length)) ? length : length + 1
}

private func receiveHeader(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let length = size * count
    return transfer.receiveHeaderLine(UnsafeRawBufferPointer(start: bytes, count: length)) ? length : length + 1
}

private func openCheckedSocket(
    _ context: UnsafeMutableRawPointer?,
    _ purpose: curlsocktype,
    _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let context, let address else { return CURL_SOCKET_BAD }
    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().open(address)
}

extension StringProtocol {
    /// The text without blanks, tabs and line ends around it.
    func trimmingWhitespace() -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0.isNewline }
        let front = drop(while: isBlank)
        guard let last = front.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(front[...last])
    }
}
