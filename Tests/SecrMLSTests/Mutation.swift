import Foundation
import SecrMLS
import SecrTestSupport
import Testing

/// How long each message type is tried, and with which numbers.
struct Effort {
    let name: String
    let seed: UInt64
    private let end: ContinuousClock.Instant
    private(set) var iterations = 0
    private let isLong: Bool
    var random: Seeded

    private static let environment = ProcessInfo.processInfo.environment

    init(_ name: String) {
        self.name = name
        isLong = Self.environment["SECR_LONG_TESTS"] != nil
        let seconds = Double(Self.environment["SECR_FUZZ_SECONDS"] ?? "") ?? 10
        // Short runs are the same every time.
        seed = Self.environment["SECR_FUZZ_SEED"].flatMap(UInt64.init) ?? (isLong ? UInt64.random(in: 0 ... .max) : 1)
        end = .now + (isLong ? .seconds(seconds) : .milliseconds(250))
        random = Seeded(seed)
    }

    /// Whether to go on.
    mutating func next() -> Bool {
        guard ContinuousClock.now < end else {
            if isLong { print("\(name): \(iterations) iterations, SECR_FUZZ_SEED=\(seed)") }
            return false
        }
        iterations += 1
        return true
    }
}

extension Seeded {
    mutating func below(_ count: Int) -> Int { Int.random(in: 0..<max(1, count), using: &self) }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) }
    }

    /// Something near to a message that is right.
    ///
    /// - Parameter others: to take pieces from.
    mutating func mutated(_ bytes: [UInt8], _ others: [[UInt8]]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...(below(4) == 0 ? below(6) : 0) { mutate(&bytes, others) }
        return bytes
    }

    private mutating func mutate(_ bytes: inout [UInt8], _ others: [[UInt8]]) {
        let at = below(bytes.count)
        let end = min(bytes.count, at + 1 + below(below(3) == 0 ? bytes.count : 8))
        switch below(11) {
        case 0 where !bytes.isEmpty: bytes[at] ^= 1 << UInt8(below(8))
        case 1 where !bytes.isEmpty: bytes[at] = [0, 1, 2, 3, 0x3F, 0x40, 0x7F, 0x80, 0xBF, 0xC0, 0xFF][below(11)]
        case 2: bytes.insert(contentsOf: self.bytes(1 + below(8)), at: min(at, bytes.count))
        case 3: bytes.removeSubrange(min(at, end)..<end)
        case 4: bytes.insert(contentsOf: Array(bytes[min(at, end)..<end]), at: min(at, end))
        case 5: bytes.removeLast(bytes.count - min(at, bytes.count))
        case 6 where !bytes.isEmpty:
            // A length, or what may be one, a little larger or smaller.
            bytes[at] = bytes[at] &+ [1, 255, 2, 254, 32, 224][below(6)]
        case 7 where bytes.count > 8:
            // A large number in four bytes.
            let start = below(bytes.count - 4)
            let values: [[UInt8]] = [
                [0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0], [0x7F, 0xFF, 0xFF, 0xFF], [0xBF, 0xFF, 0xFF, 0xFF],
                [0, 0, 0, 0],
            ]
            bytes.replaceSubrange(start..<start + 4, with: values[below(values.count)])
        case 8:
            // The end of another one.
            guard let other = others.randomElement(using: &self), !other.isEmpty else { return }
            bytes = Array(bytes.prefix(at)) + other.suffix(from: below(other.count))
        case 9:
            // A piece of another one, in place.
            guard let other = others.randomElement(using: &self), !other.isEmpty else { return }
            let start = below(other.count)
            let piece = other[start..<min(other.count, start + 1 + below(64))]
            bytes.replaceSubrange(min(at, bytes.count)..<min(bytes.count, at + piece.count), with: piece)
        default: bytes.append(contentsOf: self.bytes(1 + below(3)))
        }
    }

    /// Where to cut a message off: everywhere in a short one, at some two hundred places in a long one.
    static func cuts(of count: Int) -> [Int] {
        count <= 400
            ? Array(0..<count) : Array(0..<100) + stride(from: 100, to: count, by: max(1, count / 150)) + [count - 1]
    }
}

/// A member to which the same messages are sent again and again, until one of them changes it.
final class Target {
    let client: Client
    private let configuration: GroupConfiguration
    private let records: [[UInt8]: Secret]
    private let stored: [[UInt8]: Secret]
    private let revision: UInt64
    private let psks: PreSharedKeys

    init(_ client: Client, psks: @escaping PreSharedKeys = { _ in nil }) {
        self.client = client
        self.psks = psks
        configuration = client.group.configuration
        records = client.group.records()
        stored = client.store
        revision = client.group.revision
    }

    /// - Returns: whether it was taken. The member is as before, either way.
    @discardableResult func takes(_ message: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) throws -> Bool
    {
        do {
            _ = try client.group.process(message, psks: psks)
        } catch {
            if client.group.revision != revision || client.group.records() != records {
                Issue.record("changed by what was refused: \(message)", sourceLocation: sourceLocation)
                try goBack()
            }
            return false
        }
        try goBack()
        return true
    }

    func goBack() throws { client.group = try Group.restore(stored, configuration) }
}
