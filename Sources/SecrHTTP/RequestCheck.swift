/// The rules of ``HTTPRequest``. libcurl would send some of what they refuse, and take some of it for orders.
enum RequestCheck {
    /// Headers that are the client's, in lower case.
    private static let reserved: Set<String> = [
        "content-length", "transfer-encoding", "expect", "upgrade", "trailer", "te",
    ]

    static func check(_ request: HTTPRequest) throws(HTTPError) {
        try require(isToken(request.method), "the method is no token")
        try require(request.method != "CONNECT", "tunnels are not for callers to make")
        try checkURL(request.url)
        try checkHeaders(request.headers)
        try require(request.maximumBodySize >= 0, "the maximum size of the answer is negative")
        try checkTimeouts(request.timeouts)
        if let proxy = request.proxy { try checkProxy(proxy) }
        if case .certificates(let file) = request.trust {
            try require(isPath(file, most: 4_095), "the path of the trusted certificates is malformed")
        }
        if let path = request.unixSocket {
            try require(isPath(path, most: 107), "the path of the socket is malformed or too long")
            try require(request.proxy == nil, "a socket of this machine needs no proxy")
        }
    }

    private static func require(_ isGood: Bool, _ problem: @autoclosure () -> String) throws(HTTPError) {
        guard isGood else { throw HTTPError(.malformedRequest, problem()) }
    }

    private static func checkURL(_ url: String) throws(HTTPError) {
        let bytes = url.utf8
        try require(bytes.count <= 65_536, "the URL is too long")
        try require(
            bytes.allSatisfy { (0x21...0x7E).contains($0) }, "the URL has other characters than printable ASCII")
        let scheme = bytes.prefix { $0 != UInt8(ascii: ":") }.map { $0 | 0x20 }
        try require(
            scheme.elementsEqual("http".utf8) || scheme.elementsEqual("https".utf8), "the URL is neither http nor https"
        )
        let rest = bytes.dropFirst(scheme.count + 1)
        try require(rest.starts(with: "//".utf8), "the URL is not absolute")
        let ends: [UInt8] = [UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#")]
        let authority = rest.dropFirst(2).prefix { !ends.contains($0) }
        try require(!authority.isEmpty && authority.first != UInt8(ascii: ":"), "the URL has no host")
        try require(!authority.contains(UInt8(ascii: "@")), "the URL has a user name")
        try require(!authority.contains(UInt8(ascii: "\\")), "the URL's host is malformed")
    }

    private static func checkHeaders(_ headers: [(String, String)]) throws(HTTPError) {
        try require(headers.count <= HTTPRequest.mostHeaders, "there are too many headers")
        for (name, value) in headers {
            try require(isToken(name), "the name of a header is no token")
            let isClean = value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
            // The names of headers are ours, their values may be secrets.
            try require(isClean, "the value of header '\(name)' has control characters")
            try require(!reserved.contains(name.lowercased()), "header '\(name)' is not for callers to give")
        }
    }

    private static func checkTimeouts(_ timeouts: HTTPRequest.Timeouts) throws(HTTPError) {
        let longest = Duration.seconds(1_000_000)
        let times = [timeouts.connect, timeouts.total ?? timeouts.connect]
        try require(times.allSatisfy { $0 >= .milliseconds(1) && $0 <= longest }, "a time is out of range")
        if let speed = timeouts.lowSpeed {
            let isGood = (1...Int(CInt.max)).contains(speed.bytesPerSecond) && (1...1_000_000).contains(speed.seconds)
            try require(isGood, "the low speed is out of range")
        }
    }

    private static func checkProxy(_ proxy: HTTPRequest.Proxy) throws(HTTPError) {
        let isHost = !proxy.host.isEmpty && proxy.host.utf8.count <= 255 && proxy.host.utf8.allSatisfy(isHostCharacter)
        try require(isHost && proxy.port != 0, "the proxy's host or port is malformed")
        if let isolation = proxy.isolation {
            for text in [isolation.user, isolation.password] {
                let isGood = (1...255).contains(text.utf8.count) && !text.utf8.contains(0)
                try require(isGood, "the identity towards the proxy is malformed")
            }
        }
    }

    private static func isHostCharacter(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ":")
            || byte == UInt8(ascii: "_")
    }

    private static func isPath(_ path: String, most: Int) -> Bool {
        (1...most).contains(path.utf8.count) && !path.utf8.contains(0)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    /// RFC 9110, section 5.6.2.
    static func isToken(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy(isTokenCharacter) }

    static func isTokenCharacter(_ byte: UInt8) -> Bool {
        if isAlphanumeric(byte) { return true }
        switch byte {
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C, 0x7E: return true
        default: return false
        }
    }
}
