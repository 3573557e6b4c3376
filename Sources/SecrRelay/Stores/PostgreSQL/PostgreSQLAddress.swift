internal import CPQ

/// Which database, where, as whom: what libpq calls a connection string.
struct PostgreSQLAddress: Sendable {
    /// Never to be shown: a password may stand in it.
    let text: String
    private let password: String?

    /// - Parameter text: `host=... dbname=...` or `postgresql://...`, as in the PostgreSQL documentation.
    /// - Throws: `unusable`.
    init(_ text: String) throws(StoreError) {
        guard let options = Self.options(of: text) else {
            throw StoreError(
                .unusable,
                "the connection string is neither 'host=... dbname=...' nor 'postgresql://user@host/database'")
        }
        // Messages about these quote them, and what is beside them where a mark in a password was not escaped.
        let ports = options["port", default: ""].utf8
        let hosts = options["host", default: ""]
        guard ports.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2C }), !hosts.dropFirst().contains("@") else {
            throw StoreError(
                .unusable,
                "host or port of the connection string can't be right; write @ : / and % of a password as "
                    + "%40 %3A %2F and %25")
        }
        self.text = text
        password = options["password"].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func options(of text: String) -> [String: String]? {
        guard !text.utf8.contains(0) else { return nil }
        // Safe: the list ends with an entry without a keyword, and is freed once.
        guard let list = unsafe PQconninfoParse(text, nil) else { return nil }
        defer { unsafe PQconninfoFree(list) }
        var options: [String: String] = [:]
        var entry = unsafe list
        while let keyword = unsafe entry.pointee.keyword {
            if let value = unsafe entry.pointee.val {
                unsafe options[String(cString: keyword)] = String(cString: value)
            }
            unsafe entry += 1
        }
        return options
    }

    /// What libpq said, in one line and without the password.
    func censored(_ message: String) -> String {
        let lines = message.split(whereSeparator: \.isNewline).map { line in
            String(line.drop(while: \.isWhitespace).filter { $0 == " " || !$0.isWhitespace })
        }
        let text = lines.joined(separator: "; ")
        guard let password else { return text }
        return text.split(separator: password, omittingEmptySubsequences: false).joined(separator: "***")
    }

    /// Keywords and their values for libpq. What stands before the address may be overridden by it.
    private func parameters(_ patience: Duration) -> [(keyword: String, value: String)] {
        [
            // Less than two seconds are two for libpq.
            ("connect_timeout", String(max(2, min(5, patience.components.seconds)))), ("keepalives_idle", "10"),
            ("keepalives_interval", "5"),
            ("keepalives_count", "3"), ("tcp_user_timeout", "15000"), ("gssencmode", "disable"),
            ("dbname", text),
            // Other people on the server read it.
            ("application_name", "secr-relay"), ("client_encoding", "UTF8"),
        ]
    }

    /// Whether the server answers at all, whatever it says.
    func isAnswered(within patience: Duration) -> Bool {
        // Safe: see withCParameters.
        unsafe withCParameters(patience) { keywords, values in unsafe PQpingParams(keywords, values, 1) == PQPING_OK }
    }

    /// Both lists end with a null pointer, and are there for the length of the call.
    func withCParameters<Result>(
        _ patience: Duration,
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> Result
    ) -> Result {
        func withStrings(
            _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
        ) -> Result {
            var bytes: [CChar] = []
            let starts = strings.map { string in
                defer { bytes += string.utf8CString }
                return bytes.count
            }
            // Safe: each string ends with a zero within the bytes.
            return unsafe bytes.withUnsafeBufferPointer { bytes in
                let pointers = unsafe starts.map { unsafe bytes.baseAddress! + $0 } + [nil]
                return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress!) }
            }
        }
        let parameters = parameters(patience)
        return unsafe withStrings(parameters.map(\.keyword)) { keywords in
            unsafe withStrings(parameters.map(\.value)) { values in unsafe body(keywords, values) }
        }
    }
}
