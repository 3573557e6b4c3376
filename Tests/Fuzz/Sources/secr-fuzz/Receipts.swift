internal import SecrBytes

@testable internal import SecrReceipt

/// A receipt, which is written as it was read, or a file, of which every byte is in one part.
func checkReceipt(_ input: [UInt8]) -> Bool {
    if let receipt = try? Receipt(input) {
        let again = try? Receipt(receipt.text)
        require(again == receipt, "it is read differently a second time")
        return true
    }
    let source = MemorySource(input)
    let found = ReceiptFormat.allCases.compactMap { try? $0.read(source) }
    for reader in found {
        var end = 0
        for part in reader.parts {
            require(part.range.lowerBound == end && !part.range.isEmpty, "parts with a gap between them")
            end = part.range.upperBound
        }
        require(end == input.count, "bytes that are in no part")
        for unchanged in [0..<input.count, 0..<0] {
            let scope = EssenceScope(
                unchanged: RangeSet([unchanged]), tracks: reader.tracks, hasOrientation: !unchanged.isEmpty)
            let essence = outcome { try reader.essence(scope) }
            require(essence == outcome { try reader.essence(scope) }, "an essence that is another one a second time")
        }
    }
    return !found.isEmpty
}

/// `nil` where there is none.
private func outcome(_ work: () throws -> [UInt8]) -> [UInt8]? {
    do {
        return try work()
    } catch {
        require(
            error is ParseError || error is ByteSourceError || error is ReceiptError,
            "an error that is not declared: \(error)")
        return nil
    }
}
