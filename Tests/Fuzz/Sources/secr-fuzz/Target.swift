internal import Glibc
internal import SecrScrub

/// What is fuzzed: one for each parser of outside bytes.
enum Target: String, CaseIterable {
    // Whole files.
    case jpeg, png, heif, mp4, pdf
    // Parts of them.
    case icc, exif, xmp, iptc, coded
    // Receipts, and whole files as what verifies them reads them.
    case receipt

    /// Ends the process where something does not hold that has to hold for every input.
    ///
    /// - Returns: whether `input` is of the kind that the target is for.
    func run(_ input: [UInt8]) -> Bool {
        switch self {
        case .jpeg: WholeFile(input, .jpeg).check()
        case .png: WholeFile(input, .png).check()
        case .heif: WholeFile(input, .heif).check()
        case .mp4: WholeFile(input, .mp4).check()
        case .pdf: WholeFile(input, .pdf).check()
        case .icc: checkProfile(input)
        case .exif: checkExif(input)
        case .xmp: checkPackets(input)
        case .iptc: checkResources(input)
        case .coded: checkCoded(input)
        case .receipt: checkReceipt(input)
        }
    }
}

/// Says what does not hold, and ends the process in a way that libFuzzer takes for a finding.
func require(_ holds: Bool, _ what: @autoclosure () -> String) {
    if !holds { fail(what()) }
}

func fail(_ what: String) -> Never {
    print("DOES NOT HOLD: \(what)")
    fflush(nil)
    abort()
}
