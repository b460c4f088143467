internal import CCurl
internal import Words

extension EasyHandle {
    /// Sets what a request asks for, and what it may take.
    ///
    /// Redirects are not followed by libcurl, which knows nothing of our rules, and a path is sent as it is
    /// written. Only HTTP/1.1 is spoken: a connection has one answer, and holding it back holds up no other.
    func prepare(_ request: HTTPRequest, _ configuration: HTTPConfiguration) {
        set(CURLOPT_URL, request.url.revealed)
        set(CURLOPT_PROTOCOLS_STR, request.url.scheme)
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        set(CURLOPT_USERAGENT, "longshore")
        if request.method == "HEAD" {
            set(CURLOPT_NOBODY, 1)
        } else {
            set(CURLOPT_CUSTOMREQUEST, request.method)
        }
        // Signals belong to the process, and waiting for a name that nobody needs any more to nobody.
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_BUFFERSIZE, 256 << 10)
        trust(configuration)
        limit(request.limits)
    }

    /// Demands a certificate that an authority has given to the host.
    func trust(_ configuration: HTTPConfiguration) {
        set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        if let file = configuration.authorityFile { set(CURLOPT_CAINFO, file) }
    }

    private func limit(_ limits: HTTPLimits) {
        set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(limits.connecting))
        if let total = limits.total { set(CURLOPT_TIMEOUT_MS, milliseconds(total)) }
        set(CURLOPT_LOW_SPEED_LIMIT, limits.slowest)
        set(CURLOPT_LOW_SPEED_TIME, max(1, milliseconds(limits.stalling) / 1000))
    }

    /// At least one: to libcurl none means no limit.
    private func milliseconds(_ time: Duration) -> Int {
        max(1, Int(time.wholeMilliseconds))
    }
}
