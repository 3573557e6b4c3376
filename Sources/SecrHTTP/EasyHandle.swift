internal import CCurl

/// A transfer of libcurl, used for one request after the other. It belongs to the engine's thread.
@safe final class EasyHandle {
    /// Freed with this object.
    let raw: UnsafeMutableRawPointer
    /// The request that is under way.
    private(set) var exchange: Exchange?
    /// Where the request is under way.
    var lane: Lane?

    /// What was set last and need not be set again.
    private var route = Route()
    private var hasBody = false
    /// Lives as long as the handle has it.
    private var headers: UnsafeMutablePointer<curl_slist>?
    /// Whether libcurl took all that was set.
    private var isGood = true

    /// The options that stay the same from one request to the next.
    private struct Route: Equatable {
        var proxy: HTTPRequest.Proxy?
        var trust = HTTPRequest.Trust.system
        var unixSocket: String?
        var timeouts: HTTPRequest.Timeouts?
        var hasLargeBuffer = false
    }

    /// Bodies up to here are sent together with the head.
    private static let smallBody = 32_768
    private static let bufferSizes = (usual: 16_384, large: 131_072)

    /// `nil` where there is no memory.
    init?() {
        guard let raw = unsafe secr_curl_easy_new() else { return nil }
        unsafe self.raw = unsafe raw
        setForEver()
        setCallbacks()
        guard isGood else { return nil }
    }

    deinit {
        unsafe secr_curl_easy_free(raw)
        unsafe secr_curl_list_free(headers)
    }

    /// Makes it ready for a request. Returns whether that went well.
    func begin(_ exchange: Exchange) -> Bool {
        self.exchange = exchange
        isGood = true
        let request = exchange.request
        set(CURLOPT_URL, request.url)
        setBody(request)
        setHeaders(request)
        let route = Route(
            proxy: request.proxy, trust: request.trust, unixSocket: request.unixSocket, timeouts: request.timeouts,
            hasLargeBuffer: request.maximumBodySize > Self.bufferSizes.large)
        if route != self.route {
            setRoute(route)
            self.route = route
        }
        return isGood
    }

    /// Takes the request back; nothing of it is kept.
    func end() -> Exchange? {
        let ended = exchange
        exchange = nil
        lane = nil
        unsafe set(CURLOPT_HTTPHEADER, list: nil)
        unsafe secr_curl_list_free(headers)
        unsafe headers = nil
        return ended
    }

    /// What holds for every request: little is told, nobody is followed, everybody has to prove who they are.
    private func setForEver() {
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        set(CURLOPT_PATH_AS_IS, 1)
        // Set, even to nothing, they keep libcurl from asking the environment.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NOPROXY, "")
        set(CURLOPT_SOCKS5_AUTH, secr_curl_name_and_password)
        set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        // A session that is taken up again would tell that two identities are one.
        set(CURLOPT_SSL_SESSIONID_CACHE, 0)
        set(CURLOPT_CA_CACHE_TIMEOUT, 600)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        setTrust(.system)
        setTimeouts(HTTPRequest.Timeouts())
    }

    private func setBody(_ request: HTTPRequest) {
        let needsBody = ["POST", "PUT", "PATCH"].contains(request.method)
        if let body = request.body ?? (needsBody ? [] : nil) {
            set(CURLOPT_POST, 1)
            set(CURLOPT_POSTFIELDSIZE_LARGE, size: body.count)
            if body.isEmpty {
                set(CURLOPT_COPYPOSTFIELDS, "")
            } else if body.count <= Self.smallBody {
                // Safe: libcurl copies as many bytes as it was told.
                check(
                    unsafe body.withUnsafeBytes {
                        unsafe secr_curl_set_bytes(raw, CURLOPT_COPYPOSTFIELDS, $0.baseAddress)
                    })
            } else {
                check(unsafe secr_curl_set_bytes(raw, CURLOPT_POSTFIELDS, nil))
            }
            set(CURLOPT_CUSTOMREQUEST, request.method == "POST" ? nil : request.method)
            hasBody = true
            return
        }
        if hasBody {
            check(unsafe secr_curl_set_bytes(raw, CURLOPT_POSTFIELDS, nil))
            set(CURLOPT_POSTFIELDSIZE_LARGE, size: -1)
            hasBody = false
        }
        if request.method == "HEAD" {
            set(CURLOPT_NOBODY, 1)
        } else {
            set(CURLOPT_HTTPGET, 1)
        }
        set(CURLOPT_CUSTOMREQUEST, request.method == "GET" || request.method == "HEAD" ? nil : request.method)
    }

    private func setHeaders(_ request: HTTPRequest) {
        var names: Set<String> = []
        for (name, value) in request.headers {
            names.insert(name.lowercased())
            let isBlank = value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
            // A name and a colon alone would mean to leave the header away.
            add(isBlank ? "\(name);" : "\(name): \(value)")
        }
        // What libcurl would add by itself.
        if !names.contains("accept") { add("Accept:") }
        if hasBody {
            if !names.contains("content-type") { add("Content-Type:") }
            add("Expect:")
        }
        unsafe set(CURLOPT_HTTPHEADER, list: headers)
    }

    private func add(_ line: String) {
        let list = unsafe line.withCString { unsafe secr_curl_list_add(headers, $0) }
        guard let list = unsafe list else {
            isGood = false
            return
        }
        unsafe headers = unsafe list
    }

    private func setRoute(_ route: Route) {
        if route.proxy != self.route.proxy { setProxy(route.proxy) }
        if route.trust != self.route.trust { setTrust(route.trust) }
        if route.unixSocket != self.route.unixSocket { set(CURLOPT_UNIX_SOCKET_PATH, route.unixSocket) }
        if route.timeouts != self.route.timeouts { setTimeouts(route.timeouts ?? HTTPRequest.Timeouts()) }
        set(CURLOPT_BUFFERSIZE, route.hasLargeBuffer ? Self.bufferSizes.large : Self.bufferSizes.usual)
    }

    private func setProxy(_ proxy: HTTPRequest.Proxy?) {
        let host = proxy.map { $0.host.contains(":") ? "[\($0.host)]" : $0.host }
        set(CURLOPT_PROXY, proxy.map { "socks5h://\(host ?? ""):\($0.port)" } ?? "")
        set(CURLOPT_PROXYUSERNAME, proxy?.isolation?.user)
        set(CURLOPT_PROXYPASSWORD, proxy?.isolation?.password)
    }

    private func setTrust(_ trust: HTTPRequest.Trust) {
        switch trust {
        case .certificates(let file):
            set(CURLOPT_CAINFO, file)
            set(CURLOPT_CAPATH, nil)
        case .system:
            // Without a file, the folder that libcurl was built for is all there is. With one, the folder would keep
            // libcurl from remembering what it read, which takes longer than all the rest of a connection.
            guard let file = unsafe secr_curl_authorities() else { return }
            set(CURLOPT_CAINFO, unsafe String(cString: file))
            set(CURLOPT_CAPATH, nil)
        }
    }

    private func setTimeouts(_ timeouts: HTTPRequest.Timeouts) {
        set(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(timeouts.connect))
        set(CURLOPT_TIMEOUT_MS, timeouts.total.map(Self.milliseconds) ?? 0)
        set(CURLOPT_LOW_SPEED_LIMIT, timeouts.lowSpeed?.bytesPerSecond ?? 0)
        set(CURLOPT_LOW_SPEED_TIME, timeouts.lowSpeed?.seconds ?? 0)
    }

    private static func milliseconds(_ time: Duration) -> Int {
        Int(time.components.seconds) * 1_000 + Int(time.components.attoseconds / 1_000_000_000_000_000)
    }

    private func check(_ result: CURLcode) {
        if result != CURLE_OK { isGood = false }
    }

    // Safe: the handle lives, and libcurl copies texts.
    private func set(_ option: CURLoption, _ number: Int) { check(unsafe secr_curl_set_number(raw, option, number)) }

    private func set(_ option: CURLoption, size: Int) { check(unsafe secr_curl_set_size(raw, option, Int64(size))) }

    private func set(_ option: CURLoption, _ text: String?) {
        if let text {
            check(unsafe text.withCString { unsafe secr_curl_set_text(raw, option, $0) })
        } else {
            check(unsafe secr_curl_set_text(raw, option, nil))
        }
    }

    private func set(_ option: CURLoption, list: UnsafeMutablePointer<curl_slist>?) {
        check(unsafe secr_curl_set_list(raw, option, list))
    }
}

// MARK: What libcurl calls

extension EasyHandle {
    /// Of the pointer that libcurl has.
    static func of(_ context: UnsafeMutableRawPointer) -> EasyHandle {
        // Safe: the handle has its own address as the context, and is freed before this object is.
        unsafe Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue()
    }

    /// What libcurl takes for a write that failed.
    private static let abort = 0

    private func setCallbacks() {
        // Safe: bytes are read and written only while the call lasts, as many as libcurl says.
        let result = unsafe secr_curl_set_callbacks(
            raw,
            { bytes, _, count, context in
                let line = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
                return unsafe EasyHandle.of(context!).exchange?.receiveLine(line) == true ? count : EasyHandle.abort
            },
            { bytes, _, count, context in
                guard count > 0 else { return 0 }
                let piece = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
                return unsafe EasyHandle.of(context!).exchange?.receive(piece) == true ? count : EasyHandle.abort
            },
            { bytes, size, count, context in
                let buffer = unsafe UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
                return unsafe EasyHandle.of(context!).exchange?.send(into: buffer) ?? 0
            },
            { context, offset, _ in
                unsafe EasyHandle.of(context!).exchange?.seek(to: Int(offset)) == true
                    ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL
            },
            { context, _, _, _, _ in
                unsafe EasyHandle.of(context!).exchange?.mayBeSent() == true
                    ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
            },
            Unmanaged.passUnretained(self).toOpaque())
        check(result)
    }
}
