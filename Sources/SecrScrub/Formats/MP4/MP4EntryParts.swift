internal import SecrBytes

/// The boxes inside the description of samples: how decoders are set up, and how to show what they make.
struct MP4EntryParts {
    private let limits: Limits
    private(set) var written: [UInt8] = []
    private(set) var facts: [Finding] = []
    /// Of the parts that stay.
    private(set) var types: Set<FourCC> = []
    /// Of a track of pictures that belong to others: what they are.
    private(set) var auxiliaryType: String?
    /// Of a protected track.
    private(set) var protection: MP4Protection?
    private(set) var setUp = CodecSetUp()

    /// Bytes of content of those that have always as many.
    private static let lengths: [FourCC: Int] = [
        "btrt": 12, "pasp": 8, "clap": 32, "fiel": 2, "gama": 4, "mdcv": 24, "clli": 4, "SmDm": 28, "CoLL": 8,
        "dvcC": 24, "dvvC": 24, "dvwC": 24, "hfov": 4, "amve": 8, "st3d": 5, "damr": 9, "srat": 8, "pcmC": 6,
        "enda": 2, "frma": 4, "ccst": 8,
    ]
    /// Boxes of boxes that say how a picture wraps around the viewer (Spherical Video V2), and which eye sees what (Apple's
    /// spatial video), and bytes of content of those inside.
    private static let spatial: Set<FourCC> = ["sv3d", "proj", "vexu", "eyes", "cams", "cmfy", "pack"]
    private static let spatialLengths: [FourCC: Int] = [
        "prhd": 16, "equi": 20, "cbmp": 12, "stri": 5, "hero": 5, "blin": 8, "dadj": 8, "prji": 8, "pkin": 8,
    ]
    private static let spatialDepth = 4
    /// Those whose content is what a decoder or a renderer needs, as long as it may be.
    private static let whole: Set<FourCC> = [
        "dac3", "dec3", "dac4", "dOps", "vttC", "ftab", "SA3D", "chan", "chnl", "mhaC", "dmlp",
    ]
    private static let wholeBytes = 4_096

    init(limits: Limits) { self.limits = limits }

    mutating func read(
        _ range: Range<Int>, of coding: FourCC, isSound: Bool, _ window: inout ByteWindow, _ reader: inout BoxReader
    ) throws {
        let cut = try reader.cut(range, isFile: true, &window)
        for box in cut.boxes {
            let content = try reader.content(of: box, &window)
            if box.type == "wave" && isSound {
                try readWave(box, of: coding, &window, &reader)
            } else if box.type == "sinf" {
                let found = try MP4Protection(box, &window, &reader)
                if found.written.count < box.range.count { reduce(box) }
                written += found.written
                protection = found
            } else if Self.spatial.contains(box.type) {
                written += try readSpatial(box, depth: 0, &window, &reader)
            } else if let essence = try essence(of: box, content) {
                if essence != content.bytes { reduce(box) }
                written.appendBox(box.type, essence)
                try learn(box.type, essence)
            } else {
                drop(box)
                continue
            }
            types.insert(box.type)
        }
        // QuickTime ends a list with four zeros.
        if try window.bytes(in: cut.rest).contains(where: { $0 != 0 }), let surplus = Finding.surplus(cut.rest) {
            facts.append(surplus)
        }
    }

    private mutating func readSpatial(
        _ box: Box, depth: Int, _ window: inout ByteWindow, _ reader: inout BoxReader
    ) throws -> [UInt8] {
        var inner: [UInt8] = []
        for child in try reader.cut(box.content, &window).boxes {
            if Self.spatial.contains(child.type), depth < Self.spatialDepth {
                inner += try readSpatial(child, depth: depth + 1, &window, &reader)
            } else if let length = Self.spatialLengths[child.type] {
                let content = try reader.content(of: child, &window)
                if content.count > length { reduce(child) }
                inner.appendBox(child.type, Array(try content.slice(at: 0, count: length)))
            } else if child.type == "svhd" {
                // The program that put it together.
                if child.content.count > FullBoxHead.size + 1 { reduce(child) }
                inner.appendFullBox("svhd", [0])
            } else if child.type == "mshp" {
                throw ParseError(.unsupported, at: child.range.lowerBound, "a video on a mesh of its own")
            } else {
                drop(child)
            }
        }
        var written: [UInt8] = []
        written.appendBox(box.type, inner)
        return written
    }

    /// QuickTime's room for what a sound decoder needs.
    private mutating func readWave(
        _ wave: Box, of coding: FourCC, _ window: inout ByteWindow, _ reader: inout BoxReader
    ) throws {
        var inner = MP4EntryParts(limits: limits)
        for box in try reader.cut(wave.content, isFile: true, &window).boxes {
            // A list ends with a box of no type.
            if box.content.isEmpty { continue }
            let content = try reader.content(of: box, &window)
            if box.type == coding && box.type != "alac" {
                // The same entry once more; nobody reads it.
                inner.written.appendBox(box.type, [0, 0, 0, 0])
            } else if let essence = try inner.essence(of: box, content) {
                if essence != content.bytes { inner.reduce(box) }
                inner.written.appendBox(box.type, essence)
                try learn(box.type, essence)
            } else {
                inner.drop(box)
            }
        }
        facts += inner.facts
        written.appendBox("wave", inner.written + [0, 0, 0, 8, 0, 0, 0, 0])
    }

    /// The content as it is written; `nil` for what goes.
    private mutating func essence(of box: Box, _ content: ByteReader) throws -> [UInt8]? {
        if CodecConfiguration.types.contains(box.type) {
            return try CodecConfiguration.essence(of: box.type, content).content
        }
        if let length = Self.lengths[box.type] {
            var bytes = Array(try content.slice(at: 0, count: length))
            // The maker of the coder.
            if box.type == "damr" { bytes.replaceSubrange(0..<4, with: [0, 0, 0, 0]) }
            return bytes
        }
        if Self.whole.contains(box.type) {
            guard content.count <= Self.wholeBytes else {
                throw ParseError(.limit, at: box.range.lowerBound, "a description that is too large (\(box.type))")
            }
            return content.bytes
        }
        switch box.type {
        case "hvcE": return try CodecConfiguration.essence(of: "hvcC", content).content
        case "avcE": return try CodecConfiguration.essence(of: "avcC", content).content
        case "vpcC": return Array(try content.slice(at: 0, count: 12 + content.uint16(at: 10)))
        case "esds": return try MP4Descriptors.essence(content)
        case "alac": return Array(try content.slice(at: 0, count: 28))
        case "auxi":
            let type = content.bytes.dropFirst(FullBoxHead.size).prefix(128).prefix { $0 != 0 }
            auxiliaryType = String(decoding: type, as: UTF8.self)
            return [UInt8](repeating: 0, count: FullBoxHead.size) + type + [0]
        case "dfLa": return try streamInformation(content)
        case "colr":
            switch try ColorInformation(content, limits: limits) {
            case .codes(let bytes): return bytes
            case .profile(let found, let bytes): if case .success? = found { return bytes } else { return nil }
            case .unknown: return nil
            }
        default: return nil
        }
    }

    /// Of FLAC the first block alone (flac-isobmff, 3.3.2), marked as the last.
    private func streamInformation(_ content: ByteReader) throws(ParseError) -> [UInt8] {
        let bytes = Array(try content.slice(at: 0, count: 42))
        guard bytes[4] & 0x7F == 0 else {
            throw ParseError(.malformed, at: content.base, "FLAC that does not begin with what it is")
        }
        return bytes[..<4] + [0x80] + bytes[5...]
    }

    /// Of what is written.
    private mutating func learn(_ type: FourCC, _ essence: [UInt8]) throws(ParseError) {
        switch type {
        case "avcC", "hvcC", "av1C", "dOps": setUp = CodecSetUp(bytes: essence)
        case "esds": setUp = try MP4Descriptors.setUp(ByteReader(essence))
        default: break
        }
    }

    private mutating func reduce(_ box: Box) {
        facts.append(
            Finding(
                .encoder, reveals: [.software], "the encoder's notes (\(box.type))", range: box.range,
                action: .reduced))
    }

    private mutating func drop(_ box: Box) {
        facts.append(
            Finding(
                .vendor, reveals: [.software], "box \(box.type)", value: "\(box.range.count) bytes", range: box.range,
                action: .removed))
    }
}
