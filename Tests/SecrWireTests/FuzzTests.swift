import SecrCrypto
import SecrTestSupport
import SecrWire
import Testing

/// Bytes that nobody meant to send, or somebody meant badly: they are refused, or they are the one frame of what was read
/// from them, and nobody signed it but who has the key.
///
/// `SECR_LONG_TESTS=1 SECR_FUZZ_SECONDS=600 swift test -c release --filter WireFuzzTests` does it for ten minutes each.
@Suite struct WireFuzzTests {
    /// Frames of every kind, all of them good.
    static let frames = Samples.requests.map { Samples.frame(Samples.command($0)) }

    /// A good frame in which a few fields are anything.
    private func crafted(_ random: inout Seeded) -> [UInt8] {
        var frame = Self.frames[random.below(Self.frames.count)]
        let fields = [0, 1, 2, 4, 8, 24, 56, 88, 120, 124, 128, 130, 132, 134, 135, 136, 137, 168, 169, 447, 448]
        let values: [[UInt8]] = [
            [0], [1], [0, 0], [0, 1], [0, 90], [0, 91], [0x10, 0], [0x10, 1], [2, 0x58], [2, 0x59], [0xFF, 0xFF],
            [0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0, 0, 0, 0, 0],
        ]
        for _ in 0...random.below(3) {
            let place = fields[random.below(fields.count)]
            switch random.below(3) {
            case 0: frame = frame.replacing(place, with: values[random.below(values.count)])
            case 1: frame = frame.replacing(place, with: random.bytes(1))
            default:
                // A field of another command.
                let other = Self.frames[random.below(Self.frames.count)]
                frame = frame.replacing(place, with: Array(other[place..<min(512, place + 32)]))
            }
        }
        return frame
    }

    @Test func commands() throws {
        var effort = Effort("commands")
        let signed = Set(Self.frames)
        var (accepted, refused) = (0, 0)
        while effort.next() {
            let bytes: [UInt8]
            switch effort.random.below(8) {
            case 0: bytes = effort.random.bytes(effort.random.below(1_100))
            case 1, 2:
                bytes = effort.random.mutated(Self.frames[effort.random.below(Self.frames.count)], Self.frames)
            case 3: bytes = [1, [1, 2, 3, 4, 5, 17, 18, 19][effort.random.below(8)]] + effort.random.bytes(510)
            default: bytes = crafted(&effort.random)
            }
            do throws(WireError) {
                let command = try Command(parsing: bytes)
                accepted += 1
                if written(command) != Array(bytes.prefix(448)) {
                    Issue.record("not canonical, seed \(effort.seed): \(bytes)")
                }
                if command.isAuthentic(in: bytes) && !signed.contains(Array(bytes.prefix(512))) {
                    Issue.record("signed by nobody, seed \(effort.seed): \(bytes)")
                }
            } catch {
                refused += 1
                if error.offset > max(512, bytes.count) { Issue.record("\(error), seed \(effort.seed)") }
            }
        }
        #expect(accepted > effort.iterations / 20 && refused > effort.iterations / 20, "\(accepted), \(refused)")
    }

    /// Whatever can be said comes back, from whoever has the keys.
    @Test func anyCommand() throws {
        var effort = Effort("any command")
        while effort.next() {
            let reader = Ed25519.SigningKey(seed: SecretBytes(copying: effort.random.bytes(32)))
            let writer = Ed25519.SigningKey(seed: SecretBytes(copying: effort.random.bytes(32)))
            let request = effort.random.request()
            let kind: Address.Kind =
                request.isOfBox
                ? .box(days: 1 + effort.random.below(90), cells: 1 + effort.random.below(4_096)) : .blob
            let command = Command(
                request, at: Address(kind, readKey: reader.publicKey, writeKey: writer.publicKey),
                day: Day(rawValue: effort.random.next(upperBound: .max)), nonce: Nonce(effort.random.bytes(16)),
                payload: Samples.payload(request))
            let frame = request.isWriters ? command.encoded(signedBy: writer) : command.encoded(signedBy: reader)
            let parsed = try Command(parsing: frame)
            #expect(parsed == command && parsed.isAuthentic(in: frame), "seed \(effort.seed)")
            #expect(parsed.announces(Samples.payload(request)), "seed \(effort.seed)")
        }
        #expect(effort.iterations > 20)
    }

    @Test func answers() throws {
        var effort = Effort("answers")
        let commands = Samples.kinds.map { Samples.command($0) }
        var accepted = 0
        while effort.next() {
            let command = commands[effort.random.below(commands.count)]
            let statuses = Array(Answer.Status.allCases)
            let answer = Answer(
                statuses[effort.random.below(statuses.count)],
                to: effort.random.below(8) == 0 ? Nonce(effort.random.bytes(16)) : Samples.nonce, day: Samples.day,
                number: effort.random.below(2) == 0 ? 0 : effort.random.next(),
                hasMore: effort.random.below(2) == 0, expires: Day(rawValue: effort.random.below(2) == 0 ? 0 : 20_007))
            var bytes = answer.encoded()
            switch effort.random.below(4) {
            case 0: bytes += [UInt8](repeating: 0, count: command.request.answerSize - 512)
            case 1: bytes += effort.random.bytes(command.request.answerSize > 20_000 ? 10 : 16_384)
            default: break
            }
            if effort.random.below(3) == 0 { bytes = effort.random.mutated(bytes, Self.frames) }
            guard let parsed = try? Answer(parsing: bytes, to: command) else { continue }
            accepted += 1
            let isRight =
                parsed.encoded() == Array(bytes.prefix(512)) && parsed.nonce == command.nonce
                && command.request.statuses.contains(parsed.status)
                && (bytes.count == command.request.answerSize || bytes.count == 512 && parsed.status != .done)
            if !isRight { Issue.record("seed \(effort.seed): \(bytes.prefix(512))") }
        }
        #expect(accepted > effort.iterations / 100, "\(accepted) of \(effort.iterations)")
    }

    @Test func terms() throws {
        var effort = Effort("terms")
        let frames = TermsTests.all.map { $0.encoded() }
        var accepted = 0
        while effort.next() {
            var bytes = frames[effort.random.below(frames.count)]
            switch effort.random.below(4) {
            case 0: bytes = effort.random.bytes(effort.random.below(600))
            case 1: bytes = effort.random.mutated(bytes, frames + Self.frames)
            default: bytes = bytes.replacing(4 + effort.random.below(12), with: effort.random.bytes(1))
            }
            guard let parsed = try? Terms(parsing: bytes) else { continue }
            accepted += 1
            if parsed.encoded() != bytes { Issue.record("seed \(effort.seed): \(bytes)") }
        }
        #expect(accepted > effort.iterations / 20, "\(accepted) of \(effort.iterations)")
    }
}

extension Seeded {
    /// Anything that can be asked for, with small blobs.
    fileprivate mutating func request() -> Request {
        let admission = below(2) == 0 ? Admission.none : .invitation(bytes(32))
        let day = Day(rawValue: next(upperBound: .max))
        let size = BlobSize.allCases[below(4)]
        return switch below(8) {
        case 0: .create(admission)
        case 1: .put
        case 2: .get(after: next(), wait: below(601))
        case 3: .acknowledge(upTo: next())
        case 4: .drop
        case 5: .store(.kibi64, days: 1 + below(90), admission: admission)
        case 6: .fetch(size, expires: day)
        default: .remove(size, expires: day)
        }
    }
}
