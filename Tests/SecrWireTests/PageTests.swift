import SecrCrypto
import SecrTestSupport
import SecrWire
import Testing

@Suite struct PageTests {
    static let names: [(String, Request)] = [
        ("create", Samples.kinds[0]), ("put", Samples.kinds[1]), ("get", Samples.kinds[2]),
        ("acknowledge", Samples.kinds[3]), ("drop", Samples.kinds[4]), ("store", Samples.kinds[5]),
        ("fetch", Samples.kinds[6]), ("remove", Samples.kinds[7]),
    ]

    @Test func commandsAreThoseOfThePage() throws {
        let rows = try Page.relay.table("Commands")
        let expected = Self.names.map { name, request in
            let code = Samples.frame(Samples.command(request))[1]
            let payload = request.payloadSize == 0 ? "\\-" : request.isOfBox ? "cell" : "blob"
            return ["0x" + hexadecimal([code]), name, request.isWriters ? "writer" : "reader", payload]
        }
        #expect(rows.filter { $0.count == 5 }.map { Array($0.prefix(4)) } == expected)
        let sizes = BlobSize.allCases.map { ["0x" + hexadecimal([$0.rawValue]), $0.count.withCommas] }
        #expect(rows.filter { $0.count == 2 } == sizes)
    }

    @Test func statusesAreThoseOfThePage() throws {
        let rows = try Page.relay.table("Answers")
        let expected = Answer.Status.allCases.map { status in
            let given = Self.names.filter { $0.1.statuses.contains(status) }.map(\.0)
            return [
                "0x" + hexadecimal([status.rawValue]), "\(status)",
                given.count == Self.names.count ? "all" : given.joined(separator: ", "),
            ]
        }
        #expect(rows.map { Array($0.prefix(3)) } == expected)
    }

    /// The fields of a table lie one after the other and fill a frame.
    @Test(arguments: ["Commands", "Answers", "Terms"]) func framesAreWhole(heading: String) throws {
        var end = 0
        for row in try Page.relay.section(heading).matches(of: #/(?m)^ *(\d+) +(\d+)  \S/#) {
            #expect(Int(row.1) == end, "\(row.0)")
            end += try #require(Int(row.2))
        }
        #expect(end == 512)
    }

    @Test func sizesAreThoseOfThePage() throws {
        let rows = try Page.relay.section("Sizes").matches(
            of: #/(?m)^\.It ([a-z]+)(?: 0x0(\d))? Ta ([\d,]+) Ta ([\d,]+)$/#)
        #expect(rows.count == 14)
        var seen: Set<Substring> = []
        for row in rows {
            seen.insert(row.1)
            let sample = try #require(Self.names.first { $0.0 == row.1 }).1
            let size = try row.2.map { try #require(UInt8($0).flatMap(BlobSize.init)) }
            let request: Request =
                switch (sample, size) {
                case (.store, let size?): .store(size, days: 1, admission: .none)
                case (.fetch, let size?): .fetch(size, expires: Samples.day)
                default: sample
                }
            #expect(String(row.3) == (512 + request.payloadSize).withCommas, "\(row.0)")
            #expect(String(row.4) == request.answerSize.withCommas, "\(row.0)")
        }
        #expect(seen.count == Self.names.count)
    }

    @Test func limitsAreThoseOfThePage() throws {
        let commands = try Page.relay.section("Commands")
        let terms = try Page.relay.section("Terms")
        for bound in [
            "seconds to wait, 0 to \(Command.longestWait)", "days, 1 to \(Command.longestLife)",
            "cells, 1 to \(Command.mostCells.withCommas)",
        ] { #expect(commands.contains(bound)) }
        for bound in [
            "days of a box, at most: 1 to \(Command.longestLife)",
            "cells of a box, at most: 1 to \(Command.mostCells.withCommas)",
            "days of a blob, at most: 1 to \(Command.longestLife)",
            "seconds that a get waits, at most: 0 to \(Command.longestWait)",
        ] { #expect(terms.contains(bound)) }
        for path in [Route.box, Route.blob, Route.terms, Route.health] {
            #expect(try Page.relay.section("Transport").contains(".It Pa \(path) Ta "))
        }
    }
}

/// The worked examples of the page.
@Suite struct ExampleTests {
    static let admission = Admission.invitation(code: "correct horse")

    struct Example: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let request: Request
        let answer: Answer

        /// In the order of the page, by which their nonces go.
        static let all: [Example] = {
            let nonces = (4..<10).map { tens in Nonce((0..<16).map { UInt8(tens * 16 + $0) }) }
            func example(
                _ heading: String, _ number: Int, _ request: Request, _ status: Answer.Status = .done,
                found: UInt64 = 0, expires: UInt32 = 0
            ) -> Example {
                let answer = Answer(
                    status, to: nonces[number], day: Samples.day, number: found, expires: Day(rawValue: expires))
                return Example(testDescription: heading, request: request, answer: answer)
            }
            return [
                example("A box is created", 0, .create(admission)),
                example("A cell is put", 1, .put, expires: 20_021),
                example("A get that finds it", 2, .get(after: 0, wait: 60), found: 1),
                example("A get that finds nothing", 3, .get(after: 1, wait: 60), .nothing),
                example("A blob is stored", 4, .store(.kibi64, days: 7, admission: .none), expires: 20_007),
                example("A blob is fetched", 5, .fetch(.kibi64, expires: Day(rawValue: 20_007)), expires: 20_007),
            ]
        }()
    }

    @Test func keysAndNames() throws {
        let heading = "Keys and names"
        #expect(try Page.relay.bytes(heading, "read key") == Keys.box.readKey)
        #expect(try Page.relay.bytes(heading, "write key") == Keys.box.writeKey)
        #expect(try Page.relay.bytes(heading, "box") == Keys.box.name)
        #expect(try Page.relay.bytes(heading, "blob") == Keys.blob.name)
        #expect(try .invitation(Page.relay.bytes(heading, "proof")) == Self.admission)
    }

    @Test(arguments: Example.all) func commandsAndAnswers(example: Example) throws {
        let heading = example.testDescription
        let command = Samples.command(example.request, nonce: example.answer.nonce)
        let frame = try Page.relay.frame(heading, "frame")
        #expect(Samples.frame(command) == frame)
        #expect(try Command(parsing: frame) == command && command.isAuthentic(in: frame))

        let answer = try Page.relay.frame(heading, "answer")
        #expect(example.answer.encoded() == answer)
        var behind = [UInt8](repeating: 0, count: example.request.answerSize - 512)
        if example.answer.status == .done {
            for index in behind.indices { behind[index] = UInt8(index % 251) }
        }
        #expect(try Answer(parsing: answer + behind, to: command) == example.answer)
        if !behind.isEmpty { #expect(try BLAKE2b.hash(answer + behind) == Page.relay.bytes(heading, "hash")) }
    }

    @Test func terms() throws {
        let terms = Terms(
            day: Samples.day, admission: .invitation, boxDays: 30, boxCells: 256, blobDays: 30, wait: 60)
        let frame = try Page.relay.frame("Terms of a relay", "answer")
        #expect(try terms.encoded() == frame && Terms(parsing: frame) == terms)
    }
}

func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

extension Int {
    /// In digits, with a comma before each three from the end.
    var withCommas: String {
        let digits = Array(String(self))
        return digits.indices.map { place in
            (place > 0 && (digits.count - place) % 3 == 0 ? "," : "") + String(digits[place])
        }.joined()
    }
}
