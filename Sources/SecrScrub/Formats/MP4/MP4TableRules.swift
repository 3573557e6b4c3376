internal import SecrBytes

/// What counts of the tables that say when samples are shown, and from which of them one can start.
enum MP4TableRules {
    /// The content as it is written: entries that are about samples, and nothing behind them.
    ///
    /// - Parameter samples: how many there are.
    static func essence(of type: FourCC, _ content: ByteReader, samples: Int) throws(ParseError) -> [UInt8] {
        switch type {
        case "stts", "ctts": try runs(content, samples: samples)
        case "stss", "stps": try numbers(content, samples: samples)
        case "sdtp": try head(content, flags: false) + content.slice(at: 4, count: min(samples, content.count - 4))
        case "cslg": try head(content, flags: false) + content.slice(at: 4, count: version(content) == 0 ? 20 : 40)
        case "subs": try subsamples(content)
        case "sgpd": try descriptions(content)
        default: try membership(content, samples: samples)
        }
    }

    private static func version(_ content: ByteReader) throws(ParseError) -> Int { try FullBoxHead(content).version }

    private static func head(_ content: ByteReader, flags: Bool = true) throws(ParseError) -> [UInt8] {
        let head = try FullBoxHead(content)
        return [UInt8].fullBoxHead(version: UInt8(head.version), flags: flags ? head.flags : 0)
    }

    /// Pairs of how many samples and what is said of each (8.6.1).
    private static func runs(_ content: ByteReader, samples: Int) throws(ParseError) -> [UInt8] {
        var (entries, left): ([UInt8], Int) = ([], samples)
        var written = 0
        let entryCount = try content.uint32(at: 4)
        while written < entryCount, left > 0 {
            let entry = written
            let count = min(left, try content.uint32(at: 8 + 8 * entry))
            entries.appendBigEndian32(count)
            entries += try content.slice(at: 12 + 8 * entry, count: 4)
            left -= count
            written += 1
        }
        var bytes = try head(content, flags: false)
        bytes.appendBigEndian32(written)
        return bytes + entries
    }

    /// Numbers of samples, from 1 (8.6.2).
    private static func numbers(_ content: ByteReader, samples: Int) throws(ParseError) -> [UInt8] {
        var (entries, written): ([UInt8], Int) = ([], 0)
        for entry in 0..<(try content.uint32(at: 4)) {
            let number = try content.uint32(at: 8 + 4 * entry)
            guard (1...max(samples, 1)).contains(number) else { continue }
            entries.appendBigEndian32(number)
            written += 1
        }
        var bytes = try head(content, flags: false)
        bytes.appendBigEndian32(written)
        return bytes + entries
    }

    /// Parts of samples (8.7.7).
    private static func subsamples(_ content: ByteReader) throws(ParseError) -> [UInt8] {
        let wide = try version(content) == 1
        var fields = FieldReader(content, at: 4)
        for _ in 0..<(try fields.next(4)) {
            try fields.skip(4)
            for _ in 0..<(try fields.next(2)) { try fields.skip(wide ? 10 : 8) }
        }
        return try head(content) + content.slice(at: 4, count: fields.position - 4)
    }

    /// What groups of samples mean (8.9.3).
    private static func descriptions(_ content: ByteReader) throws(ParseError) -> [UInt8] {
        let version = try version(content)
        guard version > 0 else { throw ParseError(.unsupported, at: content.base, "groups of samples of an old kind") }
        var fields = FieldReader(content, at: 8)
        let length = try fields.next(4)
        if version > 1 { _ = try fields.next(4) }
        var end = fields.position + 4
        for _ in 0..<(try fields.next(4)) {
            end += length > 0 ? length : try 4 + content.uint32(at: end)
            guard end <= content.count else {
                throw ParseError(.truncated, at: content.base, "a table that ends early")
            }
        }
        return try head(content, flags: false) + content.slice(at: 4, count: end - 4)
    }

    /// Which samples are in which group (8.9.2).
    private static func membership(_ content: ByteReader, samples: Int) throws(ParseError) -> [UInt8] {
        let start = try version(content) == 0 ? 8 : 12
        let count = try content.uint32(at: start)
        return try head(content, flags: false) + content.slice(at: 4, count: start + 8 * count)
    }
}
