import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// Units with escape bytes, and lists of changes, against simple models of them.
@Suite struct CodedMessageModelTests {
    private static func units(_ count: Int, _ body: (inout Seeded, [UInt8], EscapedUnit) throws -> Void) rethrows {
        var random = Seeded(11)
        for number in 0..<count {
            let bytes = (0..<random.below(24)).map { _ in [0, 0, 0, 1, 2, 3, 4, 0xFF][random.below(8)] as UInt8 }
            let raw = number % 2 == 0 ? NALSample.escaped(bytes) : bytes
            let unit = EscapedUnit(raw)
            if number % 2 == 0 { #expect(unit.content == bytes) }
            try body(&random, raw, unit)
        }
    }

    private static func escapes(in bytes: [UInt8]) -> [Int] {
        var (places, zeros) = ([Int](), 0)
        for (place, byte) in bytes.enumerated() {
            if zeros >= 2, byte == 3 { places.append(place) }
            zeros = byte == 0 ? zeros + 1 : 0
        }
        return places
    }

    @Test func partsThatAreFilled() throws {
        Self.units(20_000) { random, raw, unit in
            if unit.content.isEmpty { return }
            let start = random.below(unit.content.count)
            let part = start..<start + 1 + random.below(unit.content.count - start)
            let place = unit.rawRange(of: part)
            var filled = raw
            filled.replaceSubrange(place, with: unit.filling(part, with: 0xFF))
            #expect(filled.count == raw.count && Self.escapes(in: filled) == Self.escapes(in: raw))
            let content = EscapedUnit(filled).content
            #expect(content.count == unit.content.count)
            #expect(content[..<part.lowerBound] == unit.content[..<part.lowerBound])
            #expect(content[part.upperBound...] == unit.content[part.upperBound...])
            #expect(content[part].allSatisfy { $0 == 0 || $0 == 1 || $0 == 0xFF })
            if EscapedUnit.isEscaped(raw) { #expect(EscapedUnit.isEscaped(filled)) }
            // Once more changes nothing.
            #expect(EscapedUnit(filled).filling(part, with: 0xFF) == Array(filled[place]))
        }
    }

    /// Written if, and only if, whoever escapes it from the start would have the same escape bytes.
    @Test func partsThatAreWritten() throws {
        var written = 0
        Self.units(40_000) { random, raw, unit in
            if unit.content.isEmpty { return }
            let start = random.below(unit.content.count)
            let part = start..<start + 1 + random.below(min(3, unit.content.count - start))
            var content = unit.content
            content.replaceSubrange(part, with: part.map { _ in [0, 1, 3, 4][random.below(4)] as UInt8 })
            let place = unit.rawRange(of: part)
            guard let new = unit.writing(Array(content[part]), over: part) else {
                // No need to give up where all is valid, and the escape bytes are the same.
                let all = NALSample.escaped(content)
                #expect(!EscapedUnit.isEscaped(raw) || Self.escapes(in: all) != Self.escapes(in: raw))
                return
            }
            written += 1
            var all = raw
            all.replaceSubrange(place, with: new)
            #expect(all.count == raw.count && EscapedUnit(all).content == content)
            if EscapedUnit.isEscaped(raw) { #expect(EscapedUnit.isEscaped(all)) }
        }
        #expect(written > 1_000)
    }

    // MARK: Changes

    /// Each different text is held once.
    @Test func changesOfTheSameFewTexts() throws {
        var random = Seeded(6)
        let texts = (0..<300).map { _ in random.bytes(1 + random.below(6)) }
        let changes = (0..<20_000).map { number in
            let text = texts[random.below(texts.count)]
            return CodedChange(range: 10 * number..<10 * number + text.count, bytes: text)
        }
        for order in [changes, Array(changes.reversed()), changes + changes] {
            let found = try CodedChanges(order)
            #expect(found.ranges == changes.map(\.range))
            #expect(changes.allSatisfy { found.pieces(of: $0.range) == [.bytes($0.bytes)] })
        }
    }

    @Test func changesAsAMap() throws {
        var (random, refused) = (Seeded(5), 0)
        for number in 0..<4_000 {
            let truth = random.bytes(40)
            var (model, isSame) = ([Int: UInt8](), true)
            let changes = (0..<random.below(12)).map { _ in
                let start = random.below(40)
                let range = start..<start + random.below(min(9, 41 - start))
                var bytes = Array(truth[range])
                if number % 3 == 0, !bytes.isEmpty, random.below(8) == 0 { bytes[random.below(bytes.count)] ^= 1 }
                for (place, byte) in zip(range, bytes) {
                    if let known = model[place], known != byte { isSame = false }
                    model[place] = byte
                }
                return CodedChange(range: range, bytes: bytes)
            }
            guard isSame else {
                refused += 1
                #expect(throws: ParseError.self) { try CodedChanges(changes) }
                continue
            }
            let found = try CodedChanges(changes)
            #expect(Set(found.ranges.flatMap { $0 }) == Set(model.keys))
            for (one, next) in zip(found.ranges, found.ranges.dropFirst()) {
                #expect(one.upperBound <= next.lowerBound)
            }
            for _ in 0..<8 {
                let start = random.below(41)
                let range = start..<start + random.below(41 - start)
                var (position, isCopied) = (start, false)
                for piece in found.pieces(of: range) {
                    #expect(piece.count > 0)
                    switch piece {
                    case .copy(let part):
                        #expect(part.lowerBound == position && !isCopied && part.allSatisfy { model[$0] == nil })
                        isCopied = true
                    case .bytes(let bytes):
                        #expect(bytes == (position..<position + bytes.count).map { model[$0] ?? 0 })
                        isCopied = false
                    }
                    position += piece.count
                }
                #expect(position == range.upperBound)
            }
        }
        #expect(refused > 100)
    }
}
