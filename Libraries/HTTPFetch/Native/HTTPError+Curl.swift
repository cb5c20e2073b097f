internal import CCurl

extension HTTPError {
    /// The error that a libcurl result stands for.
    init(_ result: CURLcode, detail: String, url: String) {
        let code: Code =
            switch result {
            case CURLE_OPERATION_TIMEDOUT: .timeout
            case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED: .connect
            case CURLE_COULDNT_RESOLVE_HOST: .resolve
            case CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING, CURLE_HTTP2, CURLE_HTTP2_STREAM: .connectionLost
            case CURLE_PARTIAL_FILE: .truncated
            case CURLE_FILESIZE_EXCEEDED: .tooLarge
            case CURLE_WEIRD_SERVER_REPLY: detail.contains("Content-Length") ? .badLength : .badResponse
            case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
                CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS:
                .tls
            case CURLE_SSL_CONNECT_ERROR: .tlsHandshake
            case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: .proxy
            case CURLE_URL_MALFORMAT, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION: .invalidRequest
            case CURLE_ABORTED_BY_CALLBACK: .cancelled
            case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_READ_ERROR, CURLE_WRITE_ERROR: .local
            default: .badResponse
            }
        self.init(code, detail, url: url, curlCode: Int(result.rawValue))
    }
}
