import SecrCrypto
import SecrRelay
import SecrRelayClient
import SecrSystem
import SecrTestSupport
import SecrWire
import SystemPackage

/// A relay without a network, and commands for it.
final class TestRelay: Sendable {
    let relay: Relay
    let keys: RelayKeys
    let boxes: any BoxStore
    let blobs: any BlobStore
    static let today = Day(rawValue: 20_700)

    init(
        boxes: any BoxStore = MemoryBoxStore(), blobs: any BlobStore = MemoryBlobStore(),
        link: RelayKeys.Link = RelayKeys.Link(day: today), today: Day = today, limits: RelayLimits = RelayLimits(),
        admission: AdmissionCheck = .open, log: OperatorLog = OperatorLog { _ in }
    ) async throws {
        keys = RelayKeys(link)
        self.boxes = boxes
        self.blobs = blobs
        relay = Relay(
            boxes: boxes, blobs: blobs, keys: keys, today: today, limits: limits, admission: admission, log: log)
        try await relay.start()
    }

    /// Whoever has all keys of a box or a blob.
    struct Owner: Sendable {
        let reader = SigningCapability()
        let writer = SigningCapability()
        let address: Address

        init(_ kind: Address.Kind = .box(days: 21, cells: 8)) {
            address = Address(kind, readKey: reader.publicKey, writeKey: writer.publicKey)
        }

        /// A whole message.
        ///
        /// - Parameter forged: whether another signature stands there than the right one.
        func message(
            _ request: Request, payload: [UInt8] = [], day: Day = today, nonce: Nonce = .random(),
            forged: Bool = false
        ) -> (bytes: [UInt8], command: Command) {
            let command = Command(request, at: address, day: day, nonce: nonce, payload: payload)
            let signer = request.isWriters ? writer : reader
            var frame = command.encoded(signedBy: signer.key)
            if forged { for place in 448..<512 { frame[place] = .random(in: 0...255) } }
            return (frame + payload, command)
        }
    }

    /// Sends a message and reads the answer.
    func ask(
        _ owner: Owner, _ request: Request, payload: [UInt8] = [], day: Day = today, nonce: Nonce = .random(),
        forged: Bool = false
    ) async throws -> (answer: Answer, content: [UInt8]) {
        let (bytes, command) = owner.message(request, payload: payload, day: day, nonce: nonce, forged: forged)
        let answer =
            request.isOfBox ? try await relay.box(bytes, from: .local) : try await relay.blob(bytes)
        return (try Answer(parsing: answer, to: command), Array(answer[Answer.size...]))
    }

    static func cell(_ number: Int) -> [UInt8] {
        (0..<Cell.size).map { UInt8(truncatingIfNeeded: $0 &* 17 &+ number &* 101 &+ $0 >> 7) }
    }
}
