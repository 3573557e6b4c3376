internal import Glibc
internal import SecrBytes
internal import SecrScrub

/// An input as a whole file, with the options under which it is scrubbed.
///
/// Every input may be refused. What is scrubbed passes its own contract, is clean, and comes out the same again.
struct WholeFile {
    private let source: MemorySource
    private let format: FileFormat
    private let scrubber: Scrubber

    /// The options follow from the bytes, so that an input alone brings a finding back.
    init(_ input: [UInt8], _ format: FileFormat) {
        source = MemorySource(input)
        self.format = format
        let isLarge = Self.declaresLargePicture(input)
        let hash = input.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } >> 24
        func isZero(_ bit: UInt64, _ mask: UInt64) -> Bool { hash >> bit & mask == 0 }
        let says = isZero(13, 3)
        let profile: Policy.Profile = isZero(0, 1) ? .strict : says ? .obfuscate : .default
        var scrubber = Scrubber(
            policy: Policy(
                profile: profile, facts: says ? [.author, .copyright] : [], tolerate: isZero(1, 3) ? [.truncated] : []),
            verification: isZero(3, 3) && !isLarge ? .decode : .contract, bakesOrientation: isZero(5, 3) && !isLarge)
        (scrubber.putsTablesFirst, scrubber.dropsHidden) = (isZero(7, 3), isZero(9, 3))
        scrubber.breaksSignatures = isZero(11, 1)
        scrubber.limits.recodedLineBytes = 4 << 20
        scrubber.limits.unpackedBytes = 4 << 20
        scrubber.limits.decoderBytes = 32 << 20
        self.scrubber = scrubber
    }

    /// Whether there is a JPEG picture of many pixels, by its own account: to decode it takes as long as it is large.
    private static func declaresLargePicture(_ input: [UInt8]) -> Bool {
        input.indices.dropLast(9).contains { place in
            guard input[place] == 0xFF, (0xC0...0xC2).contains(input[place + 1]) else { return false }
            let size = input[place + 5..<place + 9].map { Int($0) }
            return (size[0] << 8 | size[1]) * (size[2] << 8 | size[3]) > 1 << 22
        }
    }

    func check() -> Bool {
        guard (try? scrubber.detect(source)) == .handled(format) else { return false }
        let inspection = outcome { () throws(ScrubError) in try scrubber.inspect(source, detail: .values) }
        guard let prepared = outcome({ () throws(ScrubError) in try scrubber.prepare(source) }) else { return true }
        require(inspection != nil, "it can be scrubbed, but not be looked into")
        require(inspection?.findings.isClean == prepared.findings.isClean, "what is shown is not what is scrubbed")
        guard let output = try? prepared.plan.bytes(from: source) else { fail("the plan can't be carried out") }
        requirePlanned(output, prepared.plan)
        keep(output)
        let written = MemorySource(output)
        guard outcome({ () throws(ScrubError) in try prepared.verify(written) }) != nil else { return true }
        checkAgain(written)
        return true
    }

    /// The output as an input.
    private func checkAgain(_ written: MemorySource) {
        do throws(ScrubError) {
            let again = try scrubber.prepare(written)
            if let left = again.findings.first(where: { $0.action != .kept }) { fail("left: \(left)") }
            let bytes = try? again.plan.bytes(from: written)
            require(bytes == written.bytes, "it comes out differently a second time")
            try again.verify(written)
        } catch {
            fail("what was written is refused: \(error)")
        }
    }

    /// Writes the output where somebody wants to see it, who looks into a finding.
    private func keep(_ output: [UInt8]) {
        guard let path = unsafe getenv("SECR_FUZZ_OUTPUT"), let file = unsafe fopen(path, "w") else { return }
        // Safe: as many bytes as there are.
        _ = unsafe output.withUnsafeBytes { unsafe fwrite($0.baseAddress, 1, $0.count, file) }
        unsafe fclose(file)
    }

    /// What is read of a plan is what is written of it.
    private func requirePlanned(_ output: [UInt8], _ plan: OutputPlan) {
        let planned = PlannedSource(plan, of: source)
        var bytes = [UInt8](repeating: 0, count: output.count)
        let isRead = (try? planned.read(0..<planned.size, into: &bytes)) != nil
        require(planned.size == output.count && plan.size == output.count, "the plan has another size")
        require(isRead && bytes == output, "the plan reads differently than it is written")
    }

    /// `nil` where it is refused, which is right as long as it says why.
    private func outcome<Result>(_ work: () throws(ScrubError) -> Result) -> Result? {
        do throws(ScrubError) {
            return try work()
        } catch {
            require(error.code != .contract, "\(error)")
            require(!error.reason.isEmpty, "no reason is given")
            return nil
        }
    }
}
