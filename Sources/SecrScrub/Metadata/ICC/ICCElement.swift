internal import SecrBytes

/// The bytes of a profile's tag that mean something: no slack within, none behind (ICC.1:2010, section 10).
enum ICCElement {
    /// Which kinds of elements a tag may have.
    static func kinds(of tag: FourCC) -> Set<FourCC> {
        switch tag {
        case "wtpt", "bkpt", "rXYZ", "gXYZ", "bXYZ": ["XYZ "]
        case "chad": ["sf32"]
        case "cicp": ["cicp"]
        case "rTRC", "gTRC", "bTRC", "kTRC": ["curv", "para"]
        default: ["mft1", "mft2", "mAB ", "mBA "]
        }
    }

    /// - Parameters:
    ///   - bytes: a whole element, as its tag gives it.
    ///   - offset: where, for errors.
    /// - Throws: where a kind of element is not understood, or contradicts itself.
    static func essential(_ bytes: [UInt8], at offset: Int) throws(ParseError) -> [UInt8] {
        let element = ByteReader(bytes, base: offset)
        var essence: [UInt8]
        switch try element.fourCC(at: 0) {
        case "XYZ ": essence = try Array(element.slice(at: 0, count: 20))
        case "cicp": essence = try Array(element.slice(at: 0, count: 12))
        case "sf32": essence = try Array(element.slice(at: 0, count: 8 + 4 * 9))
        case "curv", "para": essence = try curve(element, at: 0)
        case "mft1", "mft2":
            essence = try Array(element.slice(at: 0, count: tableLength(element)))
            essence[11] = 0
        case "mAB ", "mBA ": essence = try stages(element)
        default: throw ParseError(.unsupported, at: offset, "colour profile: a tag of a kind that is not understood")
        }
        // Reserved in every kind.
        essence.replaceSubrange(4..<8, with: [0, 0, 0, 0])
        return essence
    }

    /// The curve that begins at `start`, with its reserved fields zero.
    private static func curve(_ element: ByteReader, at start: Int) throws(ParseError) -> [UInt8] {
        switch try element.fourCC(at: start) {
        case "curv":
            var bytes = try Array(element.slice(at: start, count: 12 + 2 * element.uint32(at: start + 8)))
            bytes.replaceSubrange(4..<8, with: [0, 0, 0, 0])
            return bytes
        case "para":
            let parameters = [1, 3, 4, 5, 7]
            let kind = try element.uint16(at: start + 8)
            guard kind < parameters.count else { break }
            var bytes = try Array(element.slice(at: start, count: 12 + 4 * parameters[kind]))
            bytes.replaceSubrange(4..<8, with: [0, 0, 0, 0])
            bytes.replaceSubrange(10..<12, with: [0, 0])
            return bytes
        default: break
        }
        throw ParseError(.malformed, at: element.base + start, "colour profile: an unknown curve")
    }

    /// Of `lut8Type` and `lut16Type`: matrix, input tables, grid, output tables.
    private static func tableLength(_ element: ByteReader) throws(ParseError) -> Int {
        let isWide = try element.fourCC(at: 0) == "mft2"
        let (inputs, outputs) = try (element.uint8(at: 8), element.uint8(at: 9))
        let grid = try gridSize(Array(repeating: element.uint8(at: 10), count: inputs), limit: element.count)
        let inputEntries = isWide ? try element.uint16(at: 48) : 256
        let outputEntries = isWide ? try element.uint16(at: 50) : 256
        let entries = inputEntries * inputs + grid * outputs + outputEntries * outputs
        return (isWide ? 52 : 48) + entries * (isWide ? 2 : 1)
    }

    /// The number of points of a grid, which can't be more than there are bytes.
    private static func gridSize(_ points: [Int], limit: Int) throws(ParseError) -> Int {
        var size = 1
        for count in points {
            size *= count
            guard size <= limit else {
                throw ParseError(.truncated, at: 0, "colour profile: a table larger than its bytes")
            }
        }
        return size
    }

    /// `lutAToBType` and `lutBToAType` written anew: the stages one after the other, in the order of their offsets.
    private static func stages(_ element: ByteReader) throws(ParseError) -> [UInt8] {
        let (inputs, outputs) = try (element.uint8(at: 8), element.uint8(at: 9))
        let isForward = try element.fourCC(at: 0) == "mAB "
        var offsets = [Int](repeating: 0, count: 5)
        var body: [UInt8] = []
        for stage in 0..<5 {
            let start = try element.uint32(at: 12 + 4 * stage)
            if start == 0 { continue }
            offsets[stage] = 32 + body.count
            switch stage {
            case 0: body += try curves(element, at: start, count: isForward ? outputs : inputs)
            case 1: body += try element.slice(at: start, count: 48)
            case 2: body += try curves(element, at: start, count: isForward ? outputs : inputs)
            case 3: body += try grid(element, at: start, inputs: inputs, outputs: outputs)
            default: body += try curves(element, at: start, count: isForward ? inputs : outputs)
            }
            body += [UInt8](repeating: 0, count: -body.count & 3)
        }
        var essence = try Array(element.slice(at: 0, count: 10)) + [0, 0]
        for offset in offsets { essence.appendBigEndian32(offset) }
        return essence + body
    }

    private static func curves(_ element: ByteReader, at start: Int, count: Int) throws(ParseError) -> [UInt8] {
        var bytes: [UInt8] = []
        var at = start
        for _ in 0..<count {
            let next = try curve(element, at: at)
            bytes += next + [UInt8](repeating: 0, count: -next.count & 3)
            at += (next.count + 3) / 4 * 4
        }
        return bytes
    }

    private static func grid(
        _ element: ByteReader, at start: Int, inputs: Int, outputs: Int
    ) throws(ParseError) -> [UInt8] {
        let points = try element.slice(at: start, count: 16).prefix(inputs).map { Int($0) }
        let width = try element.uint8(at: start + 16)
        guard points.count == inputs, width == 1 || width == 2 else {
            throw ParseError(.malformed, at: element.base + start, "colour profile: a damaged table")
        }
        let size = try gridSize(points, limit: element.count) * outputs * width
        let values = try element.slice(at: start + 20, count: size)
        return points.map { UInt8($0) } + [UInt8](repeating: 0, count: 16 - inputs) + [UInt8(width), 0, 0, 0] + values
    }
}
