import Foundation
import SecrCrypto
import SecrRelayClient
import SecrSystem
import SecrWire

/// Two pairs of keys, and what lies under them.
struct SampleKeys: Sendable {
    let address: Address
    let reader: SigningCapability
    let writer: SigningCapability
    private let seeds: [[UInt8]]

    init(_ kind: Address.Kind = .box(days: 7, cells: 256)) {
        seeds = [Bytes.random(32), Bytes.random(32)]
        reader = SigningCapability(seed: SecretBytes(copying: seeds[0]))
        writer = SigningCapability(seed: SecretBytes(copying: seeds[1]))
        address = Address(kind, readKey: reader.publicKey, writeKey: writer.publicKey)
    }

    static var today: Day { Day(seconds: WallClock.now / 1_000_000_000) }

    /// The bytes of a command and of what follows it.
    ///
    /// - Parameter isForged: whether the signature is one of the right form that nobody made.
    func command(
        _ request: Request, payload: [UInt8] = [], nonce: [UInt8] = Bytes.random(16), day: Day = today,
        isForged: Bool = false
    ) -> [UInt8] {
        let command = Command(request, at: address, day: day, nonce: Nonce(nonce), payload: payload)
        let key = Ed25519.SigningKey(seed: SecretBytes(copying: seeds[request.isWriters ? 1 : 0]))
        var frame = command.encoded(signedBy: key)
        if isForged { frame[Command.size - 40] ^= 1 }
        return frame + payload
    }

    /// The same as a request of HTTP.
    func post(
        _ request: Request, payload: [UInt8] = [], nonce: [UInt8] = Bytes.random(16), isForged: Bool = false,
        headers: [String] = []
    ) -> [UInt8] {
        Bytes.post(
            request.isOfBox ? Route.box : Route.blob,
            command(request, payload: payload, nonce: nonce, isForged: isForged), headers: headers)
    }
}

enum Bytes {
    static func random(_ count: Int) -> [UInt8] { SecureRandom.bytes(count) }

    static func cell() -> [UInt8] { random(Cell.size) }

    static func post(_ path: String, _ body: [UInt8], headers: [String] = []) -> [UInt8] {
        let lines = ["POST \(path) HTTP/1.1", "Host: relay", "Content-Length: \(body.count)"] + headers + ["", ""]
        return Array(lines.joined(separator: "\r\n").utf8) + body
    }

    static func get(_ path: String) -> [UInt8] { Array("GET \(path) HTTP/1.1\r\nHost: relay\r\n\r\n".utf8) }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension Day {
    /// `2026-11-27`.
    var text: String {
        Date(timeIntervalSince1970: Double(rawValue) * 86_400).formatted(.iso8601.year().month().day())
    }
}
