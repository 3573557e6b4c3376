import SecrWire
import Testing

/// Answers and what is behind them.
@Suite struct AnswerTests {
    /// What a relay sends: the frame, and the room that the request has behind it.
    private func sent(_ answer: Answer, to request: Request, filling byte: UInt8 = 0) -> [UInt8] {
        let frame = answer.encoded(capacity: request.answerSize)
        var size = request.answerSize
        if case .fetch = request, answer.status != .done { size = 512 }
        return frame + [UInt8](repeating: byte, count: size - 512)
    }

    /// Answers that a relay can give to a request.
    private func answers(to request: Request) -> [Answer] {
        request.statuses.map { status in
            switch (request, status) {
            case (.get(let after, _), .done):
                Answer(status, to: Samples.nonce, day: Samples.day, number: after + 1, hasMore: true)
            case (.fetch(_, let expires), .done):
                Answer(status, to: Samples.nonce, day: Samples.day, expires: expires)
            case (.put, .done), (.store, .done):
                Answer(status, to: Samples.nonce, day: Samples.day, expires: Samples.day.adding(21))
            default: Answer(status, to: Samples.nonce, day: Samples.day)
            }
        }
    }

    @Test(arguments: Samples.requests) func everyAnswerComesBack(request: Request) throws {
        let command = Samples.command(request)
        for answer in answers(to: request) {
            let bytes = sent(answer, to: request, filling: answer.status == .done ? 7 : 0)
            let parsed = try Answer(parsing: bytes, to: command)
            #expect(parsed == answer && parsed.encoded() == Array(bytes.prefix(512)))
        }
    }

    @Test func framesAreThoseOfTheTable() {
        let answer = Answer(
            .full, to: Samples.nonce, day: Day(rawValue: 0x0102_0304), number: 0x0506_0708_090A_0B0C, hasMore: true,
            expires: Day(rawValue: 0x0D0E_0F10))
        let expected =
            [1, 3, 1, 0, 1, 2, 3, 4] + Array(0x40..<0x50) + Array(5...16) + [UInt8](repeating: 0, count: 476)
        #expect(answer.encoded() == expected)
        #expect(answer.encoded(capacity: 20_000) == expected)
    }

    /// Each status that is not for a request is refused, and each that nobody knows.
    @Test(arguments: Samples.kinds) func statusesBelongToRequests(request: Request) {
        let command = Samples.command(request)
        for value in UInt8.min ... .max {
            let status = Answer.Status(rawValue: value)
            if let status, request.statuses.contains(status) { continue }
            for size in [512, request.answerSize] {
                let bytes = [1, value, 0, 0] + [UInt8](repeating: 0, count: 4) + Samples.nonce.bytes
                let frame = bytes + [UInt8](repeating: 0, count: size - bytes.count)
                let error = refusal { () throws(WireError) in _ = try Answer(parsing: frame, to: command) }
                #expect(error?.code == .unknown && error?.offset == 1)
            }
        }
    }

    /// The day, and what the request has fields for; every other bit before the end of the frame is refused.
    @Test(arguments: Samples.kinds) func everyOtherBitIsRefused(request: Request) throws {
        let command = Samples.command(request)
        for answer in answers(to: request) {
            let bytes = sent(answer, to: request)
            var free = Set(4..<8)
            if answer.status == .done {
                if case .get = request { free.formUnion([2] + Array(24..<32)) }
                if request.isWriters { free.formUnion(32..<36) }
            }
            for bit in 0..<512 * 8 {
                let changed = bytes.flipping(bit)
                guard let parsed = try? Answer(parsing: changed, to: command) else {
                    if free.contains(bit / 8) && bit / 8 > 3 && !(24..<32).contains(bit / 8) {
                        Issue.record("bit \(bit) of \(answer.status) is refused")
                    }
                    continue
                }
                // Another status, whose fields are the same.
                if bit / 8 == 1 {
                    #expect(request.statuses.contains(parsed.status) && parsed.status != answer.status)
                } else if !free.contains(bit / 8) || parsed == answer || parsed.encoded() != Array(changed.prefix(512))
                {
                    Issue.record("bit \(bit) of \(answer.status): \(parsed)")
                }
            }
        }
    }

    @Test(arguments: Samples.kinds) func answersToOtherCommandsAreRefused(request: Request) {
        let command = Samples.command(request)
        for answer in answers(to: request) {
            let bytes = sent(answer, to: request)
            for bit in 8 * 8..<24 * 8 {
                let error = refusal { () throws(WireError) in
                    _ = try Answer(parsing: bytes.flipping(bit), to: command)
                }
                #expect(error?.code == .nonce && error?.offset == 8)
            }
        }
    }

    @Test(arguments: Samples.kinds) func answersHaveOneSize(request: Request) {
        let command = Samples.command(request)
        for answer in answers(to: request) {
            let bytes = sent(answer, to: request)
            for wrong in [Array(bytes.dropLast()), bytes + [0], Array(bytes.prefix(512)), [], Array(bytes.prefix(511))]
            where wrong != bytes {
                let error = refusal { () throws(WireError) in _ = try Answer(parsing: wrong, to: command) }
                #expect(error?.code == .size && error?.offset == wrong.count)
            }
        }
    }

    /// A get that finds nothing has zeros behind its frame, and only cells after the one asked for are given.
    @Test func getsAreChecked() throws {
        let command = Samples.command(.get(after: 7, wait: 60))
        let nothing = sent(Answer(.nothing, to: Samples.nonce, day: Samples.day), to: command.request)
        for place in [512, 513, 9_000, nothing.count - 1] {
            let error = refusal { () throws(WireError) in
                _ = try Answer(parsing: nothing.replacing(place, with: [1]), to: command)
            }
            #expect(error?.code == .reserved && error?.offset == place)
        }
        for number in [0, 1, 6, 7] as [UInt64] {
            let answer = Answer(.done, to: Samples.nonce, day: Samples.day, number: number)
            let error = refusal { () throws(WireError) in
                _ = try Answer(parsing: sent(answer, to: command.request), to: command)
            }
            #expect(error?.code == .range && error?.offset == 24)
        }
        for number in [8, 9, .max] as [UInt64] {
            let answer = Answer(.done, to: Samples.nonce, day: Samples.day, number: number)
            #expect(try Answer(parsing: sent(answer, to: command.request), to: command) == answer)
        }
        // There is no cell after the last number.
        let last = Samples.command(.get(after: .max, wait: 0))
        let answer = Answer(.done, to: Samples.nonce, day: Samples.day, number: .max)
        #expect(throws: WireError.self) { try Answer(parsing: sent(answer, to: last.request), to: last) }
    }
}
