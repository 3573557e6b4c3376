package import SecrBytes
package import SecrCrypto

extension Receipt {
    /// Makes one.
    ///
    /// - Parameters:
    ///   - copies: what of the input is in the output, in the order of the output.
    ///   - work: for tests, which can't wait.
    /// - Throws: where the two don't show the same.
    package init(
        of input: any ByteSource, _ output: any ByteSource, _ format: ReceiptFormat, copies: [Copy], terms: Terms,
        work: Argon2id.Parameters = .floor
    ) throws(ReceiptError) {
        self.init(
            terms, format, copies, output: (output.size, try Self.digest(of: output)), inputSize: input.size,
            salt: SecureRandom.bytes(Argon2id.saltSize))
        try derive(from: input, output)
        guard inputEssence == outputEssence else {
            throw ReceiptError(.essence, "input and output don't show the same")
        }
        commitment = try commitment(to: input, work)
    }

    /// Whether a receipt is that of an input and an output.
    ///
    /// - Parameter text: the whole file.
    /// - Throws: what differs, or why that can't be told.
    package static func verify(
        _ text: [UInt8], _ input: any ByteSource, _ output: any ByteSource, work: Argon2id.Parameters = .floor
    ) throws(ReceiptError) -> Receipt {
        let receipt = try Receipt(text)
        guard receipt.text == text else { throw ReceiptError(.receipt, "it is not written as receipts are") }
        let outputDigest = try digest(of: output)
        guard output.size == receipt.outputSize, outputDigest == receipt.outputDigest else {
            throw ReceiptError(.output, "it is not the output that the receipt is about")
        }
        guard input.size == receipt.inputSize else {
            throw ReceiptError(.input, "it has \(input.size) bytes, and the receipt is about \(receipt.inputSize)")
        }
        var again = Receipt(
            receipt.terms, receipt.format, receipt.copies, output: (output.size, outputDigest), inputSize: input.size,
            salt: receipt.salt)
        try again.derive(from: input, output)
        for (name, said, found) in [
            ("input", receipt.inputEssence, again.inputEssence), ("output", receipt.outputEssence, again.outputEssence),
        ] where said != found {
            throw ReceiptError(.essence, "the \(name) shows something else than the receipt says")
        }
        guard again.inputEssence == again.outputEssence else {
            throw ReceiptError(.essence, "input and output don't show the same")
        }
        try requireSame(receipt.removed, again.removed, "was removed")
        try requireSame(receipt.written, again.written, "was written")
        guard try again.commitment(to: input, work) == receipt.commitment else {
            throw ReceiptError(.input, "a byte of it that was removed differs, or of the receipt")
        }
        return receipt
    }

    private static func requireSame(_ said: [Part], _ found: [Part], _ what: String) throws(ReceiptError) {
        if said == found { return }
        let place = zip(said, found).first { $0 != $1 }?.1 ?? (found.count > said.count ? found.last : said.last)
        throw ReceiptError(.ranges, "the receipt does not say what \(what)", at: place?.range.lowerBound)
    }

    // MARK: Parts

    /// What follows from the files.
    private mutating func derive(from input: any ByteSource, _ output: any ByteSource) throws(ReceiptError) {
        try Self.requireCopies(copies, input, output)
        let format = format
        let before = try ReceiptError.translating(.input) { try format.read(input) }
        let after = try ReceiptError.translating(.output) { try format.read(output) }
        let (kept, given) = (RangeSet(copies.map(\.inputRange)), RangeSet(copies.map(\.outputRange)))
        try Self.requireAllowed(after.parts, given, terms)
        try ReceiptError.translating(.output) { try Self.requireNothingElse(in: after, terms) }
        let hasOrientation = !terms.dropped.contains("orientation")
        func scope(_ unchanged: RangeSet) -> EssenceScope {
            EssenceScope(unchanged: unchanged, tracks: after.tracks, hasOrientation: hasOrientation)
        }
        inputEssence = try ReceiptError.translating(.input) { try before.essence(scope(kept)) }
        outputEssence = try ReceiptError.translating(.output) { try after.essence(scope(given)) }
        (removed, written) = (Self.changes(before.parts, except: kept), Self.changes(after.parts, except: given))
    }

    /// What of some parts is not the same on the other side.
    private static func changes(_ parts: [Part], except unchanged: RangeSet) -> [Part] {
        parts.flatMap { part in unchanged.gaps(in: part.range).map { Part(part.kind, $0) } }
    }

    /// Every byte of an output is of a kind that may be in one.
    private static func requireAllowed(
        _ parts: [Part], _ given: RangeSet, _ terms: Terms
    ) throws(ReceiptError) {
        let (kept, isTalkative) = (terms.kept, terms.isTalkative)
        for part in parts where !kept.contains(part.kind.rawValue) {
            let isAllowed =
                switch part.kind.role {
                case .shown: part.kind != .picture || !terms.hasOnePicture
                case .metadata where !isTalkative || part.kind != .comment: false
                case .presentation, .metadata: given.parts(of: part.range).isEmpty
                }
            guard isAllowed else {
                throw ReceiptError(
                    .ranges, "there is \(part.kind.rawValue) in the output, where none may be",
                    at: part.range.lowerBound)
            }
        }
    }

    /// What the scrubber wrote to be read by people says what it may, and nothing else.
    private static func requireNothingElse(in output: any FormatReader, _ terms: Terms) throws {
        let (said, kept) = (SaidValues(terms), terms.kept)
        var window = ByteWindow(output.source)
        for part in output.parts where !kept.contains(part.kind.rawValue) {
            let isAllowed: Bool
            switch part.kind {
            case .exif where part.range.count > largestStatement: isAllowed = false
            case .exif:
                isAllowed = WrittenExif.isAllowed(output.tiff(in: try window.bytes(in: part.range)), said)
            case .comment where part.range.count > largestStatement: isAllowed = false
            case .comment: isAllowed = WrittenKeys.isAllowed(try window.bytes(in: part.range), said)
            default: continue
            }
            guard isAllowed else {
                throw ReceiptError(
                    .ranges, "there is \(part.kind.rawValue) in the output that says more than it may",
                    at: part.range.lowerBound)
            }
        }
    }

    /// In bytes.
    private static let largestStatement = 4_096

    // MARK: Bytes

    /// Whether pieces follow one another in the output, and are the same there as in the input.
    private static func requireCopies(
        _ copies: [Copy], _ input: any ByteSource, _ output: any ByteSource
    ) throws(ReceiptError) {
        guard copies.count <= mostCopies else {
            throw ReceiptError(.limit, "too many places were changed for a receipt")
        }
        var end = 0
        for copy in copies {
            guard copy.count > 0, copy.output >= end, copy.count <= output.size - copy.output, copy.input >= 0,
                copy.count <= input.size - copy.input
            else { throw ReceiptError(.receipt, "it names places that are not there") }
            end = copy.output + copy.count
        }
        var rest = copies[...]
        while let first = rest.first {
            // Those behind which nothing moved are compared together.
            var (run, last) = ([first.inputRange], first)
            for next in rest.dropFirst().prefix(1_024) {
                guard next.output - next.input == first.output - first.input, next.input >= last.input + last.count
                else { break }
                run.append(next.inputRange)
                last = next
            }
            let isSame = try ReceiptError.translating { () throws in
                try input.holdsSameBytes(in: run, as: output, furtherBy: first.output - first.input)
            }
            guard isSame else {
                throw ReceiptError(.input, "it differs from the output in what they should share", at: first.input)
            }
            rest = rest.dropFirst(run.count)
        }
    }

    static func digest(of source: any ByteSource) throws(ReceiptError) -> [UInt8] {
        try ReceiptError.translating {
            var hash = EssenceHasher(of: source.size)
            var window = ByteWindow(source)
            // Safe: the pointer does not leave the closure.
            try unsafe window.forEachPiece(in: 0..<source.size) { unsafe hash.addUncounted($0) }
            return hash.finish()
        }
    }

    /// To everything that the receipt says, and to every byte of both files: so slow to compute that guesses at what was
    /// removed can't be tried by the thousand.
    private func commitment(
        to input: any ByteSource, _ work: Argon2id.Parameters
    ) throws(ReceiptError) -> [UInt8] {
        var open = self
        open.commitment = []
        let digests = try BLAKE2b.hash(open.text) + Self.digest(of: input) + outputDigest
        do throws(CryptoError) {
            let key = try Argon2id.key(
                from: SecretBytes(copying: digests), salt: salt, parameters: work, count: Self.digestSize)
            // Safe: the bytes are only copied.
            return unsafe key.withBytes { unsafe Array($0) }
        } catch {
            throw ReceiptError(.memory, "there is not enough memory: it takes \(work.memory >> 10) MiB")
        }
    }
}
