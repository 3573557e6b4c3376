/// The second byte of a marker (ITU-T T.81, table B.1).
enum JPEGMarker {
    static let temporary: UInt8 = 0x01
    static let huffmanTables: UInt8 = 0xC4
    static let reservedJPG: UInt8 = 0xC8
    static let arithmeticConditioning: UInt8 = 0xCC
    static let restarts: ClosedRange<UInt8> = 0xD0...0xD7
    static let startOfImage: UInt8 = 0xD8
    static let endOfImage: UInt8 = 0xD9
    static let startOfScan: UInt8 = 0xDA
    static let quantizationTables: UInt8 = 0xDB
    static let numberOfLines: UInt8 = 0xDC
    static let restartInterval: UInt8 = 0xDD
    static let hierarchicalProgression: UInt8 = 0xDE
    static let expand: UInt8 = 0xDF
    static let applications: ClosedRange<UInt8> = 0xE0...0xEF
    static let reservedExtensions: ClosedRange<UInt8> = 0xF0...0xFD
    static let jpegLS: UInt8 = 0xF7
    static let comment: UInt8 = 0xFE

    static func isFrame(_ marker: UInt8) -> Bool {
        (0xC0...0xCF).contains(marker) && ![huffmanTables, reservedJPG, arithmeticConditioning].contains(marker)
    }
}
