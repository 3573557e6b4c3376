import SecrCrypto
import SecrTestSupport
import SecrWire
import Testing

/// Commands and their frames: what can be said can be read again, and nothing else can.
@Suite struct CommandTests {
    @Test(arguments: Samples.requests) func everyCommandComesBack(request: Request) throws {
        for day in [Samples.day, Day(rawValue: 0), Day(rawValue: .max)] {
            let command = Samples.command(request, day: day)
            let frame = Samples.frame(command)
            #expect(frame.count == 512 && Array(frame.prefix(448)) == written(command))
            let parsed = try Command(parsing: frame)
            #expect(parsed == command && parsed.request == request && parsed.day == day)
            #expect(parsed.nonce == Samples.nonce && parsed.address == Keys.address(for: request))
            #expect(parsed.isAuthentic(in: frame))
            #expect(Samples.frame(parsed) == frame)
            // What follows the frame is no part of it.
            #expect(try Command(parsing: frame + [0xFF]) == command)
            #expect(parsed.isAuthentic(in: frame + [0xFF]))
        }
    }

    @Test(arguments: [(1, 1), (90, 4_096), (1, 4_096), (90, 1), (0x15, 0x0102)])
    func boxesComeBack(days: Int, cells: Int) throws {
        for request in Samples.requests where request.isOfBox {
            let address = Keys.address(.box(days: days, cells: cells))
            let command = Command(
                request, at: address, day: Samples.day, nonce: Samples.nonce, payload: Samples.payload(request))
            let frame = Samples.frame(command)
            #expect(try Command(parsing: frame) == command && Array(frame.prefix(448)) == written(command))
        }
    }

    /// Each request of the table gives another frame, in its unsigned part.
    @Test func differentCommandsHaveDifferentFrames() {
        let frames = Set(Samples.requests.map { Samples.frame(Samples.command($0)).prefix(448) })
        #expect(frames.count == Samples.requests.count)
    }

    @Test(arguments: Samples.kinds) func lessThanAFrameIsRefused(request: Request) {
        let frame = Samples.frame(Samples.command(request))
        for count in 0..<512 {
            let error = refusal(of: Array(frame.prefix(count)))
            #expect(error?.code == .size && error?.offset == count)
        }
    }

    @Test(arguments: Samples.kinds) func otherVersionsAndCodesAreRefused(request: Request) throws {
        let frame = Samples.frame(Samples.command(request))
        let codes: Set<UInt8> = [0x01, 0x02, 0x03, 0x04, 0x05, 0x11, 0x12, 0x13]
        for value in UInt8.min ... .max {
            let version = refusal(of: frame.replacing(0, with: [value]))
            #expect(value == 1 ? version == nil : version?.code == .version && version?.offset == 0)
            let code = refusal(of: frame.replacing(1, with: [value]))
            if !codes.contains(value) { #expect(code?.code == .unknown && code?.offset == 1) }
            if value == frame[1] { #expect(code == nil) }
        }
    }

    // MARK: Bounds

    struct Field: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let request: Request
        let offset: Int
        let allowed: ClosedRange<Int>
        let value: @Sendable (Command) -> Int?

        static let all: [Field] =
            [
                Field(testDescription: "wait", request: .get(after: 0, wait: 0), offset: 128, allowed: 0...600) {
                    if case .get(0, let wait) = $0.request { wait } else { nil }
                },
                Field(
                    testDescription: "days of a blob", request: .store(.kibi64, days: 1, admission: .none), offset: 130,
                    allowed: 1...90
                ) { if case .store(.kibi64, let days, .none) = $0.request { days } else { nil } },
            ]
            + Samples.kinds.filter(\.isOfBox).flatMap { request in
                [
                    Field(testDescription: "days of \(request)", request: request, offset: 130, allowed: 1...90) {
                        if case .box(let days, 256) = $0.address.kind, $0.request == request { days } else { nil }
                    },
                    Field(testDescription: "cells of \(request)", request: request, offset: 132, allowed: 1...4_096) {
                        if case .box(21, let cells) = $0.address.kind, $0.request == request { cells } else { nil }
                    },
                ]
            }
    }

    /// Every value of two bytes.
    @Test(arguments: Field.all) func numbersHaveBounds(field: Field) throws {
        let frame = Samples.frame(Samples.command(field.request))
        for value in 0...0xFFFF {
            let changed = frame.replacing(field.offset, with: bytes(UInt16(value)))
            if field.allowed.contains(value) {
                let parsed = try Command(parsing: changed)
                if field.value(parsed) != value { Issue.record("\(value) became \(parsed)") }
            } else {
                let error = refusal(of: changed)
                if error?.code != .range || error?.offset != field.offset { Issue.record("\(value): \(error as Any)") }
            }
        }
    }

    @Test func sizesAndAdmissionsAreThoseOfTheTable() throws {
        for request in Samples.kinds where !request.isOfBox {
            let frame = Samples.frame(Samples.command(request))
            for value in UInt8.min ... .max {
                let error = refusal(of: frame.replacing(134, with: [value]))
                #expect(value < 4 ? error == nil : error?.code == .unknown && error?.offset == 134)
            }
        }
        for request: Request in [
            .create(Samples.invitation), .store(.kibi64, days: 1, admission: Samples.invitation),
        ] {
            let frame = Samples.frame(Samples.command(request))
            for value in UInt8.min ... .max where value != 1 {
                let error = refusal(of: frame.replacing(136, with: [value]))
                // Without an admission there is no proof either.
                #expect(error?.code == (value == 0 ? .reserved : .unknown) && error?.offset == (value == 0 ? 137 : 136))
            }
        }
    }

    @Test(arguments: [Request.fetch(.mebi1, expires: Day(rawValue: 1)), .remove(.mebi1, expires: Day(rawValue: 1))])
    func lastDaysHaveFourBytes(request: Request) throws {
        let frame = Samples.frame(Samples.command(request))
        for day in [0, 1, 20_000, 0xFFFF_FFFF] as [UInt64] {
            _ = try Command(parsing: frame.replacing(120, with: bytes(day)))
        }
        for day in [0x1_0000_0000, 0x8000_0000_0000_0000, .max] as [UInt64] {
            let error = refusal(of: frame.replacing(120, with: bytes(day)))
            #expect(error?.code == .range && error?.offset == 120)
        }
    }

    // MARK: One frame for each command

    /// Where a frame of a request has fields; all else before the signature is zero.
    private func fields(_ request: Request) -> [Range<Int>] {
        let common = [0..<2, 4..<88] + (request.isOfBox ? [130..<134] : [])
        return switch request {
        case .create(.none): common + [136..<137]
        case .create: common + [136..<169]
        case .put: common + [88..<120]
        case .get: common + [120..<130]
        case .acknowledge: common + [120..<128]
        case .drop: common
        case .store(_, _, .none): common + [88..<120, 130..<132, 134..<135, 136..<137]
        case .store: common + [88..<120, 130..<132, 134..<135, 136..<169]
        case .fetch, .remove: common + [120..<128, 134..<135]
        }
    }

    @Test(arguments: Samples.requests) func reservedBytesAreZero(request: Request) {
        let frame = Samples.frame(Samples.command(request))
        let used = Set(fields(request).joined())
        for bit in 0..<448 * 8 where !used.contains(bit / 8) {
            let error = refusal(of: frame.flipping(bit))
            if error?.code != .reserved || error?.offset != bit / 8 { Issue.record("bit \(bit): \(error as Any)") }
        }
    }

    /// A frame that differs in a field is refused, or is another command, which has that frame and no other.
    @Test(arguments: Samples.requests) func fieldsCount(request: Request) throws {
        let command = Samples.command(request)
        let frame = Samples.frame(command)
        var accepted = 0
        for offset in fields(request).joined() {
            for bit in offset * 8..<offset * 8 + 8 {
                let changed = frame.flipping(bit)
                guard let parsed = try? Command(parsing: changed) else { continue }
                accepted += 1
                if parsed == command || written(parsed) != Array(changed.prefix(448)) {
                    Issue.record("bit \(bit): \(parsed)")
                }
            }
        }
        // Day, nonce and keys can have any value.
        #expect(accepted >= 84 * 8)
    }

    // MARK: Payloads

    @Test(arguments: Samples.requests) func payloadsAreBound(request: Request) throws {
        let payload = Samples.payload(request)
        let command = try Command(parsing: Samples.frame(Samples.command(request)))
        #expect(command.announces(payload))
        #expect(command.digest == (payload.isEmpty ? [UInt8](repeating: 0, count: 32) : BLAKE2b.hash(payload)))
        #expect(!command.announces(payload + [0]))
        guard !payload.isEmpty else { return }
        #expect(!command.announces([]) && !command.announces(payload.dropLast()))
        let places = payload.count > Cell.size ? [0, payload.count / 2, payload.count - 1] : Array(payload.indices)
        for place in places where command.announces(payload.flipping(place * 8 + place % 8)) {
            Issue.record("byte \(place) does not count")
        }
    }

    @Test func sizesAreThoseOfTheRequest() {
        #expect(Cell.size == 16_384 && BlobSize.allCases.map(\.count) == [65_536, 262_144, 1_048_576, 4_194_304])
        #expect(Command.size == 512 && Answer.size == 512 && Terms.size == 512)
        for request in Samples.requests {
            let payload =
                switch request {
                case .put: 16_384
                case .store(let size, _, _): size.count
                default: 0
                }
            let behind =
                switch request {
                case .get: 16_384
                case .fetch(let size, _): size.count
                default: 0
                }
            #expect(request.payloadSize == payload && request.answerSize == 512 + behind)
        }
    }
}
