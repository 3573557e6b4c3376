import SecrCLI
import SecrRelay
import SystemPackage

/// What `--listen` takes: `HOST:PORT`, `[ADDRESS]:PORT`, `unix:PATH`.
enum ListenAddress {
    static let standard = "127.0.0.1:7327"

    static func parse(_ text: String) throws(UsageError) -> RelayServer.Listening {
        if text.hasPrefix("unix:"), text.count > 5 { return .socket(FilePath(String(text.dropFirst(5)))) }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw UsageError(
                "--listen takes HOST:PORT or unix:PATH", hint: "for example --listen \(standard)")
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty else { throw UsageError("--listen lacks a host", hint: "0.0.0.0 is every IPv4 address") }
        return .network(host: host, port: Int(port))
    }

    static func text(_ listening: RelayServer.Listening, port: Int?, isSecured: Bool) -> String {
        switch listening {
        case .socket(let path): "unix:\(path)"
        case .network(let host, let asked):
            "\(isSecured ? "https" : "http")://\(host.contains(":") ? "[\(host)]" : host):\(port ?? asked)"
        }
    }
}
