import SecrCLI
import SecrSystem
import SecrVault
import SystemPackage

/// `FIRST-LAST` as people write ranges of bytes, both ends included.
struct ByteRange {
    private var first: Int?
    private var last: Int?

    init(_ text: [UInt8]?) throws(UsageError) {
        guard let text else { return }
        let parts = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        let (first, last) = (Int(parts[0]), parts.count == 2 ? Int(parts[1]) : nil)
        guard parts.count == 2, first != nil || parts[0].isEmpty, last != nil || parts[1].isEmpty,
            first != nil || last != nil, (first ?? 0) <= (last ?? .max)
        else {
            throw UsageError("--range takes FIRST-LAST", hint: "0-99 are the first hundred bytes, -100 the last")
        }
        (self.first, self.last) = (first, last)
    }

    /// `nil` for everything.
    func resolved(_ size: Int) -> Range<Int>? {
        switch (first, last) {
        case (nil, nil): nil
        case (nil, let count?): max(0, size - count)..<size
        case (let first?, nil): min(first, size)..<size
        case (let first?, let last?): min(first, size)..<min(last == .max ? size : last + 1, size)
        }
    }
}
