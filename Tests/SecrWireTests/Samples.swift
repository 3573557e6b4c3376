import SecrCrypto
import SecrTestSupport
import SecrWire

/// The keys of the page's examples: seeds 00 … 1f for who reads, 20 … 3f for who writes.
enum Keys {
    static func reader() -> Ed25519.SigningKey { .init(seed: SecretBytes(copying: 0x00..<0x20)) }
    static func writer() -> Ed25519.SigningKey { .init(seed: SecretBytes(copying: 0x20..<0x40)) }

    static let box = address(.box(days: 21, cells: 256))
    static let blob = address(.blob)

    private static let readKey = reader().publicKey
    private static let writeKey = writer().publicKey

    static func address(_ kind: Address.Kind) -> Address { Address(kind, readKey: readKey, writeKey: writeKey) }

    static func address(for request: Request) -> Address { request.isOfBox ? box : blob }
}

/// Requests of every kind, with fields at their bounds and between.
enum Samples {
    static let invitation = Admission.invitation((0..<32).map { UInt8($0 + 1) })
    static let day = Day(rawValue: 20_000)
    static let nonce = Nonce(Array(0x40..<0x50))

    static let requests: [Request] = [
        .create(.none), .create(invitation), .create(.invitation([UInt8](repeating: 0, count: 32))), .put,
        .get(after: 0, wait: 0), .get(after: .max - 1, wait: 600), .get(after: 0x0102_0304_0506_0708, wait: 0x0102),
        .acknowledge(upTo: 0), .acknowledge(upTo: .max), .drop,
        .store(.kibi64, days: 1, admission: .none), .store(.kibi256, days: 90, admission: invitation),
        .store(.mebi1, days: 7, admission: .none), .store(.mebi4, days: 7, admission: .none),
        .fetch(.kibi64, expires: Day(rawValue: 0)), .fetch(.kibi256, expires: Day(rawValue: 20_007)),
        .fetch(.mebi1, expires: Day(rawValue: .max)), .fetch(.mebi4, expires: Day(rawValue: 1)),
        .remove(.kibi64, expires: Day(rawValue: .max)), .remove(.mebi4, expires: Day(rawValue: 20_007)),
    ]

    /// One request of each kind.
    static let kinds: [Request] = [
        .create(invitation), .put, .get(after: 7, wait: 60), .acknowledge(upTo: 7), .drop,
        .store(.kibi64, days: 7, admission: .none), .fetch(.kibi64, expires: Day(rawValue: 20_007)),
        .remove(.kibi64, expires: Day(rawValue: 20_007)),
    ]

    /// As many bytes as the request wants behind its frame.
    static func payload(_ request: Request) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: request.payloadSize) { buffer, count in
            for index in buffer.indices { buffer[index] = UInt8(truncatingIfNeeded: index % 251) }
            count = buffer.count
        }
    }

    static func command(_ request: Request, day: Day = day, nonce: Nonce = nonce) -> Command {
        Command(request, at: Keys.address(for: request), day: day, nonce: nonce, payload: payload(request))
    }

    static func frame(_ command: Command) -> [UInt8] {
        command.encoded(signedBy: command.request.isWriters ? Keys.writer() : Keys.reader())
    }
}

/// A frame without its signature, written once more from the tables of the page.
func written(_ command: Command) -> [UInt8] {
    var number: UInt64 = 0
    var (wait, days, cells) = (0, 0, 0)
    var (code, size): (UInt8, UInt8) = (0, 0)
    var admission = Admission.none
    if case .box(let theDays, let theCells) = command.address.kind { (days, cells) = (theDays, theCells) }
    switch command.request {
    case .create(let given): (code, admission) = (0x01, given)
    case .put: code = 0x02
    case .get(let after, let seconds): (code, number, wait) = (0x03, after, seconds)
    case .acknowledge(let upTo): (code, number) = (0x04, upTo)
    case .drop: code = 0x05
    case .store(let blob, let theDays, let given): (code, size, days, admission) = (0x11, blob.rawValue, theDays, given)
    case .fetch(let blob, let day): (code, size, number) = (0x12, blob.rawValue, UInt64(day.rawValue))
    case .remove(let blob, let day): (code, size, number) = (0x13, blob.rawValue, UInt64(day.rawValue))
    }
    var frame = [0x01, code, 0, 0] + bytes(command.day.rawValue) + command.nonce.bytes
    frame += command.address.readKey + command.address.writeKey + command.digest
    frame += bytes(number) + bytes(UInt16(wait)) + bytes(UInt16(days)) + bytes(UInt16(cells)) + [size, 0]
    if case .invitation(let proof) = admission { frame += [0x01] + proof }
    return frame + [UInt8](repeating: 0, count: 448 - frame.count)
}

/// Most significant byte first.
func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
}

/// Bytes from pairs of digits.
func hexadecimal(_ text: some StringProtocol) -> [UInt8] {
    let digits = Array(text.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).map {
        UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)!
    }
}

extension [UInt8] {
    /// With other bytes in one place.
    func replacing(_ offset: Int, with bytes: [UInt8]) -> [UInt8] {
        var changed = self
        changed.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        return changed
    }

    /// With one bit turned, counted from the least significant one of the first byte.
    func flipping(_ bit: Int) -> [UInt8] {
        var changed = self
        changed[bit / 8] ^= 1 << UInt8(bit % 8)
        return changed
    }
}

/// What is wrong with a frame, or `nil`.
func refusal(_ body: () throws(WireError) -> Void) -> WireError? {
    do throws(WireError) {
        try body()
        return nil
    } catch {
        return error
    }
}

func refusal(of frame: [UInt8]) -> WireError? {
    refusal { () throws(WireError) in _ = try Command(parsing: frame) }
}
