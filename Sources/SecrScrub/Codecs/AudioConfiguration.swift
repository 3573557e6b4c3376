internal import SecrBytes

/// How a decoder of MPEG-4 sound is set up (ISO/IEC 14496-3, 1.6.2.1), as far as the channels.
package struct AudioConfiguration {
    /// Of what the extensions are added to.
    let objectType: Int
    private let program: ProgramConfiguration?

    /// SBR and PS.
    private static let extensions: Set = [5, 29]
    private static let lossResilient = 22
    /// Those that begin alike (4.4.1).
    private static let general: Set = [1, 2, 3, 4, 6, 7, 17, 19, 20, 21, 22, 23]

    init(_ bytes: [UInt8]) throws(ParseError) {
        var reader = BitReader(bytes)
        var type = try Self.objectType(&reader)
        try Self.skipFrequency(&reader)
        let channels = try reader.next(4)
        if Self.extensions.contains(type) {
            try Self.skipFrequency(&reader)
            type = try Self.objectType(&reader)
            if type == Self.lossResilient { try reader.skip(4) }
        }
        objectType = type
        guard channels == 0, Self.general.contains(type) else {
            program = nil
            return
        }
        try reader.skip(1)
        if try reader.flag() { try reader.skip(14) }
        try reader.skip(1)
        program = try ProgramConfiguration(&reader)
    }

    private static func objectType(_ reader: inout BitReader) throws(ParseError) -> Int {
        let type = try reader.next(5)
        return type == 31 ? 32 + (try reader.next(6)) : type
    }

    private static func skipFrequency(_ reader: inout BitReader) throws(ParseError) {
        if try reader.next(4) == 15 { try reader.skip(24) }
    }

    /// The same without the comment in it; what makes no sense stays as it is.
    ///
    /// A comment begins and ends at a whole byte, so that what follows moves by whole bytes.
    package static func withoutComment(_ bytes: [UInt8]) -> [UInt8] {
        guard let program = (try? AudioConfiguration(bytes))?.program else { return bytes }
        let (start, end) = (program.comment.lowerBound / 8, program.comment.upperBound / 8)
        var kept = Array(bytes[..<(start - 1)])
        kept.append(UInt8(program.heights))
        return kept + bytes[start..<start + program.heights] + bytes[end...]
    }
}
