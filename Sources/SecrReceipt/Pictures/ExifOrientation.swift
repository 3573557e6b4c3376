internal import SecrBytes

/// How a picture is to be turned, as an Exif block says (CIPA DC-008, tag 0x0112).
enum ExifOrientation {
    private static let tag = 0x0112

    /// - Parameter tiff: from its header on.
    /// - Returns: 1...8, `nil` where there is no such block.
    static func value(in tiff: [UInt8]) -> Int? {
        let isLittle = tiff.starts(with: [0x49, 0x49, 0x2A, 0])
        guard isLittle || tiff.starts(with: [0x4D, 0x4D, 0, 0x2A]) else { return nil }
        let reader = ByteReader(tiff, endianness: isLittle ? .little : .big)
        guard let start = try? reader.uint32(at: 4), let count = try? reader.uint16(at: start) else { return 1 }
        for entry in 0..<count {
            let place = start + 2 + 12 * entry
            guard let tag = try? reader.uint16(at: place), let type = try? reader.uint16(at: place + 2),
                let number = try? reader.uint32(at: place + 4)
            else { break }
            guard tag == Self.tag else { continue }
            let value =
                switch type {
                case _ where number == 0: 1
                case 1, 6: (try? reader.uint8(at: place + 8)) ?? 1
                case 3, 8: (try? reader.uint16(at: place + 8)) ?? 1
                case 4, 9: (try? reader.uint32(at: place + 8)) ?? 1
                default: 1
                }
            return (1...8).contains(value) ? value : 1
        }
        return 1
    }
}
