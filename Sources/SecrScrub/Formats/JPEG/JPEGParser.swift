internal import SecrBytes

/// Assigns every byte of a JPEG file to a node.
///
/// Lenient with what is dropped anyway, exact with what is kept: a segment that reaches the output has been read to its
/// last byte. Follows libjpeg-turbo where files in the wild stray from the standard (bytes between segments, fill bytes,
/// segment lengths below 2), so that what it decodes decodes the same afterwards.
struct JPEGParser {
    private let limits: Limits
    /// Lengths that the scans will turn out to have, or nothing.
    private let expectedScans: [Int]
    private var window: ByteWindow
    private var position = 0
    private var nodes: [JPEGNode] = []
    private var frame: JPEGFrame?
    private var jfif: JPEGDocument.Located<[UInt8]>?
    private var adobe: JPEGDocument.Located<[UInt8]>?
    private var exif: JPEGDocument.Located<[UInt8]>?
    private var exifBlock: ExifBlock?
    private var profile = ICCAssembly()
    private var scanHeaders: [JPEGScanHeader] = []
    private var tables: [Int: [JPEGTables.Table]] = [:]
    private var tableBytes = 0
    private var codedComponents: Set<UInt8> = []
    private var scanLengths: [Int] = []
    private var xmp: JPEGDocument.Located<[UInt8]>?
    private var gainMapBlock: JPEGDocument.Located<[UInt8]>?
    private var index: JPEGDocument.Located<[UInt8]>?
    /// What is parsed stands inside a file that goes on behind its end.
    private let isEmbedded: Bool
    private var isTruncated = false

    /// - Parameter expectedScans: where the caller is going to compare every scan with one that was parsed before, the
    ///   lengths of those. Equal bytes hold equal markers, so they are not searched a second time.
    init(_ window: ByteWindow, limits: Limits, expectedScans: [Int] = [], isEmbedded: Bool = false) {
        self.window = window
        self.isEmbedded = isEmbedded
        self.limits = limits
        self.expectedScans = expectedScans
    }

    mutating func parse() throws -> JPEGDocument {
        guard window.size >= 2, try window.bytes(in: 0..<2) == [0xFF, JPEGMarker.startOfImage] else {
            throw ParseError(.malformed, at: 0, "no start of a picture")
        }
        try add(.startOfImage, 0..<2, "start of the picture")
        position = 2
        while try parseNext() {}
        guard let frame else {
            throw ParseError(isTruncated ? .truncated : .malformed, at: position, "the file holds no picture")
        }
        guard !scanHeaders.isEmpty else {
            throw ParseError(.truncated, at: position, "the file ends before the picture begins")
        }
        guard frame.height > 0 || nodes.contains(where: { $0.kind == .numberOfLines }) else {
            throw ParseError(.malformed, at: position, "the picture has no height")
        }
        dropWhatNoScanUses(frame)
        var document = JPEGDocument(
            size: position, nodes: nodes, frame: frame, jfifSegment: jfif, adobeSegment: adobe, exif: exif,
            exifBlock: exifBlock, icc: profile.result(limits: limits), xmp: xmp, gainMapBlock: gainMapBlock,
            index: index, isTruncated: isTruncated, scanHeaders: scanHeaders, scanLengths: scanLengths, tables: tables)
        if !isEmbedded { try addTrailer(to: &document) }
        precondition(Coverage.isComplete(document.nodes.lazy.map(\.range), size: document.size), "bytes without a node")
        return document
    }

    /// 1...8, as the head of the picture says, even if the rest can't be parsed; 1 where it says nothing sensible.
    mutating func orientation() -> Int {
        position = 2
        do { while try scanHeaders.isEmpty && !isAtScan() && parseNext() {} } catch {}
        return exifBlock?.orientation ?? 1
    }

    private mutating func isAtScan() throws -> Bool {
        guard position + 2 <= window.size else { return false }
        return try window.bytes(in: position..<position + 2) == [0xFF, JPEGMarker.startOfScan]
    }

    /// Names what stands behind the end, and looks for the gain map there.
    private mutating func addTrailer(to document: inout JPEGDocument) throws {
        document.size = window.size
        if position == window.size { return }
        var trailer = Trailer(limits: limits)
        for part in try trailer.parts(in: position..<window.size, &window) {
            guard part.kind == .gainMap, document.gainMap == nil else {
                try add(JPEGNodeKind(part.kind), part.range, part.label)
                continue
            }
            guard let map = try gainMap(in: part.range, of: document) else {
                try add(.trailingGainMap, part.range, "gain map that no viewer can use")
                continue
            }
            document.gainMap = map
            try add(.trailingGainMap, map.range, part.label)
            let rest = map.range.upperBound..<part.range.upperBound
            if !rest.isEmpty { try add(.trailing, rest, "bytes behind the gain map") }
        }
        document.nodes = nodes
    }

    /// The gain map at the start of `range`; `nil` where something that a renderer needs is missing.
    private func gainMap(in range: Range<Int>, of base: JPEGDocument) throws -> JPEGGainMap? {
        let source = SliceSource(window.source, range)
        var parser = JPEGParser(ByteWindow(source), limits: limits, isEmbedded: true)
        var map: JPEGDocument
        do {
            map = try parser.parse()
        } catch is ParseError {
            return nil
        }
        if case .failure = map.icc { return nil }
        let block = map.gainMapBlock?.value.dropFirst(ISOGainMap.signature.utf8CodeUnitCount)
        guard !map.isTruncated, range.upperBound <= JPEGMultiPictureIndex.largestFile,
            let parameters = GainMapParameters(
                iso: base.gainMapBlock == nil ? nil : block.flatMap { ISOGainMap(Array($0)) },
                adobe: AdobeGainMap.isAnnounced(in: base.packet) ? AdobeGainMap(map.packet) : nil,
                apple: AppleGainMap(map.packet, base: base.exifBlock))
        else { return nil }
        map.ownParameters = parameters
        return JPEGGainMap(
            range: range.lowerBound..<range.lowerBound + map.size, document: map, parameters: parameters)
    }

    /// Adds one or more nodes; returns whether the picture goes on.
    private mutating func parseNext() throws -> Bool {
        if position == window.size { return endWithoutMarker() }
        if try window.byte(at: position) != 0xFF {
            let end = try window.firstOffset(of: 0xFF, in: position..<window.size) ?? window.size
            try addNext(.gap, to: end, "bytes between the parts")
            return true
        }
        let runEnd = try window.endOfRun(of: 0xFF, from: position)
        if runEnd == window.size {
            try addNext(.fill, to: runEnd, "fill bytes")
            return endWithoutMarker()
        }
        try addNext(.fill, to: runEnd - 1, "fill bytes")
        let marker = try window.byte(at: position + 1)
        switch marker {
        case JPEGMarker.endOfImage:
            try addNext(.endOfImage, to: position + 2, "end of the picture")
            return false
        case 0, JPEGMarker.startOfImage, JPEGMarker.temporary, JPEGMarker.restarts:
            // Within coded data decoders make of these what they like; before it they pass over them.
            guard scanHeaders.isEmpty else {
                throw ParseError(.malformed, at: position, "a stray marker in the picture")
            }
            try addNext(.gap, to: position + 2, "a stray marker")
            return true
        case 0xC0...0xFE: return try parseSegment(marker)
        default: throw ParseError(.malformed, at: position, "unknown marker \(hexadecimal(marker))")
        }
    }

    private mutating func endWithoutMarker() -> Bool {
        isTruncated = true
        return false
    }

    private mutating func parseSegment(_ marker: UInt8) throws -> Bool {
        let start = position
        let length = start + 4 <= window.size ? try window.bigEndian16(at: start + 2) : Int.max - start - 2
        let isOurs = !(JPEGMarker.applications.contains(marker) || marker == JPEGMarker.comment)
        guard length >= 2 || !isOurs else {
            throw ParseError(.malformed, at: start, "a segment without room for its length")
        }
        guard start + 2 + max(length, 2) <= window.size else {
            if scanHeaders.isEmpty {
                throw ParseError(.truncated, at: start, "the file ends before the picture begins")
            }
            try addNext(.gap, to: window.size, "a part that is cut off")
            return endWithoutMarker()
        }
        let end = start + 2 + max(length, 2)
        switch marker {
        case JPEGMarker.applications: try parseApplication(Int(marker - 0xE0), to: end)
        case JPEGMarker.comment: try addNext(.comment, to: end, "comment")
        case JPEGMarker.quantizationTables: try parseTables(.quantizationTables, to: end, "quantisation tables")
        case JPEGMarker.huffmanTables: try parseTables(.huffmanTables, to: end, "Huffman tables")
        case JPEGMarker.arithmeticConditioning:
            try parseTables(.arithmeticConditioning, to: end, "arithmetic conditioning")
        case JPEGMarker.restartInterval: try parseTables(.restartInterval, to: end, "restart interval")
        case JPEGMarker.startOfScan: try parseScan(headerEnd: end)
        case JPEGMarker.numberOfLines: try parseNumberOfLines(to: end)
        case JPEGMarker.hierarchicalProgression, JPEGMarker.expand:
            throw ParseError(.unsupported, at: start, "hierarchical JPEG")
        case JPEGMarker.jpegLS where frame == nil: throw ParseError(.unsupported, at: start, "JPEG-LS")
        case JPEGMarker.reservedJPG, JPEGMarker.reservedExtensions:
            try addNext(.reserved, to: end, "a reserved segment")
        default: try parseFrame(marker, to: end)
        }
        return true
    }

    private mutating func parseFrame(_ marker: UInt8, to end: Int) throws {
        guard frame == nil else { throw ParseError(.malformed, at: position, "a second picture inside the first") }
        let header = try JPEGFrame(marker: marker, segment(to: end))
        guard !header.isHierarchical else { throw ParseError(.unsupported, at: position, "hierarchical JPEG") }
        frame = header
        try addNext(.frameHeader, to: end, "frame header")
    }

    /// Needed once, right after the first scan, where the frame header leaves the height open (T.81, B.2.5).
    private mutating func parseNumberOfLines(to end: Int) throws {
        let isNeeded =
            frame?.height == 0 && scanHeaders.count == 1 && end - position == 6
            && !nodes.contains { $0.kind == .numberOfLines }
        try addNext(isNeeded ? .numberOfLines : .unusedTables, to: end, "number of lines")
    }

    private mutating func parseTables(_ kind: JPEGNodeKind, to end: Int, _ label: String) throws {
        tableBytes += end - position
        guard tableBytes <= limits.tableBytes else { throw ParseError(.limit, at: position, "too many tables") }
        tables[position] = try JPEGTables.tables(kind, segment(to: end))
        try addNext(kind, to: end, label)
    }

    private mutating func parseScan(headerEnd: Int) throws {
        guard let frame else { throw ParseError(.malformed, at: position, "a scan before the frame header") }
        let header = try JPEGScanHeader(segment(to: headerEnd), frame: frame)
        // A sequential picture has each component once (T.81, A.2.3); a second picture in further scans would be hidden.
        for component in header.components where !codedComponents.insert(component.id).inserted {
            guard frame.isProgressive else {
                throw ParseError(.malformed, at: position, "a component that is coded twice")
            }
        }
        scanHeaders.append(header)
        try addNext(.scanHeader, to: headerEnd, "scan header")
        let end = try endOfScan(from: headerEnd)
        scanLengths.append(end - headerEnd)
        try addNext(.scan, to: end, "coded picture")
    }

    /// Where coded data ends: at a marker that is no restart.
    ///
    /// Fill bytes may stand before a marker; before a restart no encoder writes them, and before a zero they are an error
    /// that decoders pass over. How many there are could say anything.
    private mutating func endOfScan(from start: Int) throws -> Int {
        if let end = try expectedEndOfScan(from: start) { return end }
        var from = start
        while let hit = try window.firstOffset(of: 0xFF, notBefore: 0, in: from..<window.size) {
            let runEnd = try window.endOfRun(of: 0xFF, from: hit)
            if runEnd == window.size { return hit }
            let marker = try window.byte(at: runEnd)
            guard marker == 0 || JPEGMarker.restarts.contains(marker) else { return hit }
            guard runEnd == hit + 1 else {
                throw ParseError(.malformed, at: hit, "fill bytes within the coded picture")
            }
            from = runEnd + 1
        }
        return window.size
    }

    private mutating func expectedEndOfScan(from start: Int) throws -> Int? {
        let index = scanHeaders.count - 1
        guard index < expectedScans.count, expectedScans[index] <= window.size - start - 2 else { return nil }
        let end = start + expectedScans[index]
        guard try window.byte(at: end) == 0xFF else { return nil }
        let marker = try window.byte(at: end + 1)
        return marker == 0 || JPEGMarker.restarts.contains(marker) ? nil : end
    }

    private mutating func parseApplication(_ application: Int, to end: Int) throws {
        let payload = min(position + 4, end)..<end
        let prefix = try window.bytes(
            in: payload.lowerBound..<min(end, payload.lowerBound + JPEGApplicationSegment.prefixLength))
        let (kind, label) = JPEGApplicationSegment.classify(
            application: application, prefix: prefix, length: payload.count)
        // Decoders decide how to show a picture when its first scan begins; what comes later decides nothing.
        let decides = scanHeaders.isEmpty
        switch kind {
        case .jfif: if decides { jfif = .init(value: try window.bytes(in: payload), range: position..<end) }
        case .adobe: if decides { adobe = .init(value: try window.bytes(in: payload), range: position..<end) }
        case .exif: if decides && exifBlock == nil { try readExif(payload) }
        case .iccProfile: if decides { profile.add(try window.bytes(in: payload), at: payload.lowerBound) }
        case .xmp: if decides && xmp == nil { xmp = .init(value: try window.bytes(in: payload), range: position..<end) }
        case .gainMapMetadata:
            if decides && gainMapBlock == nil {
                gainMapBlock = .init(value: try window.bytes(in: payload), range: position..<end)
            }
        case .multiPicture:
            if decides && index == nil { index = .init(value: try window.bytes(in: payload), range: position..<end) }
        default: break
        }
        try addNext(kind, to: end, label)
    }

    private mutating func readExif(_ payload: Range<Int>) throws {
        let bytes = try window.bytes(in: payload)
        exif = .init(value: bytes, range: payload)
        exifBlock = ExifBlock(Array(bytes.dropFirst(JPEGDocument.exifPrefixLength)), limits: limits)
    }

    /// Tables behind the last scan, and a number of lines that the frame header already gives.
    private mutating func dropWhatNoScanUses(_ frame: JPEGFrame) {
        guard let lastScan = nodes.lastIndex(where: { $0.kind == .scanHeader }) else { return }
        for index in nodes.indices {
            switch nodes[index].kind {
            case .quantizationTables, .huffmanTables, .arithmeticConditioning, .restartInterval:
                if index > lastScan { nodes[index].kind = .unusedTables }
            default: break
            }
        }
    }

    /// The payload of the segment at the current position.
    private mutating func segment(to end: Int) throws -> ByteReader {
        ByteReader(try window.bytes(in: position + 4..<end), base: position + 4)
    }

    /// Adds a node from the current position on and moves there; nothing where it would be empty.
    private mutating func addNext(_ kind: JPEGNodeKind, to end: Int, _ label: String) throws {
        if end > position { try add(kind, position..<end, label) }
        position = end
    }

    private mutating func add(_ kind: JPEGNodeKind, _ range: Range<Int>, _ label: String) throws {
        guard nodes.count < limits.nodes else { throw ParseError(.limit, at: range.lowerBound, "too many parts") }
        nodes.append(JPEGNode(kind: kind, range: range, label: label))
    }
}

private func hexadecimal(_ byte: UInt8) -> String {
    "0x" + String(byte, radix: 16, uppercase: true)
}

/// An ICC profile arrives in up to 255 numbered segments (ICC.1:2010, annex B.4).
private struct ICCAssembly {
    private static let prefixLength = 14
    private var chunks: [Int: [UInt8]] = [:]
    private var total: Int?
    private var failure: ParseError?

    mutating func add(_ payload: [UInt8], at offset: Int) {
        guard failure == nil else { return }
        guard payload.count >= Self.prefixLength else {
            failure = ParseError(.truncated, at: offset, "colour profile: a part without its number")
            return
        }
        let (number, count) = (Int(payload[12]), Int(payload[13]))
        guard number >= 1, number <= count, total ?? count == count, chunks[number] == nil else {
            failure = ParseError(.malformed, at: offset, "colour profile: its parts contradict each other")
            return
        }
        total = count
        chunks[number] = Array(payload.dropFirst(Self.prefixLength))
    }

    func result(limits: Limits) -> FoundProfile {
        if let failure { return .failure(failure) }
        guard let total else { return nil }
        var bytes: [UInt8] = []
        for number in 1...total {
            guard let chunk = chunks[number] else {
                return .failure(ParseError(.truncated, at: 0, "colour profile: a part is missing"))
            }
            bytes += chunk
        }
        return Result { () throws(ParseError) in try EmbeddedProfile(bytes, limits: limits) }
    }
}
