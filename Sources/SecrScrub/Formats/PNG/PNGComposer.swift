internal import SecrBytes
internal import SecrCompression

/// Puts an output together: what may stay, in the order of the input.
struct PNGComposer {
    let original: Parsed<PNGDocument>
    let policy: Policy
    let handler: PNGHandler
    let limits: Limits

    private var document: PNGDocument { original.document }

    /// Bytes of lines beyond which packing well takes too long.
    private static let hurriedLines = 32 << 20

    /// Bytes of a picture's data in each chunk where chunks are written anew.
    static let chunkLength = 64 * 1024

    func plan() throws -> OutputPlan {
        var plan = OutputPlan()
        var sequence = 0
        try requireRoom()
        for node in document.nodes {
            switch handler.allowList.rule(for: node.kind, policy: policy) {
            case nil: break
            case .copied: plan.append(.copy(node.range))
            case .rebuilt: try rebuild(node, &sequence, &plan)
            }
            if node.kind == .header, let chunk = handler.introduction(of: document, policy: policy) {
                plan.append(.bytes(chunk))
            }
        }
        if !document.nodes.contains(where: { $0.kind == .end }) { plan.append(.bytes(Self.end)) }
        return plan
    }

    static let end = PNGChunk.bytes("IEND", [])

    /// What is packed anew is held in memory, and takes its time.
    private func requireRoom() throws(ScrubError) {
        let images = document.images.values.filter(\.needsRecoding)
        let isSmall =
            images.reduce(0) { $0 + $1.length } <= limits.recodedBytes
            && images.allSatisfy { $0.available <= limits.recodedLineBytes }
            && images.reduce(0) { $0 + $1.available } <= limits.recodedLineBytes
        guard isSmall else {
            throw ScrubError(.refused, "the picture would have to be packed anew, and is too large for that")
        }
    }

    private func rebuild(_ node: PNGNode, _ sequence: inout Int, _ plan: inout OutputPlan) throws {
        switch node.kind {
        case .frameControl:
            guard let frame = document.frames[node.range.lowerBound] else { return }
            plan.append(.bytes(frame.chunk(sequence: sequence)))
            sequence += 1
        case .imageData, .frameData:
            guard let image = document.images[node.range.lowerBound] else { return }
            try add(image, &sequence, &plan)
        case .end: plan.append(.bytes(Self.end))
        default:
            if let chunk = handler.presentation(of: node, in: document, policy: policy) { plan.append(.bytes(chunk)) }
        }
    }

    /// A picture's data: the same chunks where nothing is wrong with them, else the same stream in chunks of ours, else
    /// the same lines in a stream of ours.
    private func add(_ image: PNGImageData, _ sequence: inout Int, _ plan: inout OutputPlan) throws {
        if handler.keepsChunks(of: image, policy: policy) {
            plan.append(.copy(image.chunks))
            if image.type == "fdAT" { sequence += try chunkCount(image) }
            return
        }
        guard image.needsRecoding else {
            var window = ByteWindow(original.source)
            return try rechunk(image.ranges(&window), image.type, &sequence, &plan)
        }
        let stream = try recoded(image)
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: stream.count, by: Self.chunkLength) {
            let part = Array(stream[start..<min(stream.count, start + Self.chunkLength)])
            bytes += PNGChunk.bytes(image.type, number(image.type, &sequence) + part)
        }
        plan.append(.bytes(bytes))
    }

    private func chunkCount(_ image: PNGImageData) throws -> Int {
        var window = ByteWindow(original.source)
        var at = image.chunks.lowerBound
        var count = 0
        while at < image.chunks.upperBound {
            at = try PNGChunk(&window, at: at).range.upperBound
            count += 1
        }
        return count
    }

    /// The same stream in chunks of one length.
    private func rechunk(
        _ ranges: RangeQueue, _ type: FourCC, _ sequence: inout Int, _ plan: inout OutputPlan
    ) throws {
        var window = ByteWindow(original.source)
        var rest = ranges
        while !rest.isEmpty {
            var parts: [Range<Int>] = []
            var room = Self.chunkLength
            while let range = rest.take(room) {
                parts.append(range)
                room -= range.count
            }
            let number = self.number(type, &sequence)
            let head = PNGChunk.head(type, length: number.count + Self.chunkLength - room) + number
            var checksum = CRC32()
            checksum.add(Array(head[4...]))
            plan.append(.bytes(head))
            for part in parts {
                // Safe: the pointer does not leave the closure.
                try unsafe window.forEachPiece(in: part) { unsafe checksum.add($0) }
                plan.append(.copy(part))
            }
            var tail: [UInt8] = []
            tail.appendBigEndian32(Int(checksum.value))
            plan.append(.bytes(tail))
        }
    }

    private func recoded(_ image: PNGImageData) throws -> [UInt8] {
        let deflater = Deflater(isHurried: image.available > Self.hurriedLines)
        var lines = try PNGLines(image, of: original.source)
        while let part = try lines.next() { deflater.add(part) }
        return deflater.finish()
    }

    /// The sequence number in front of a frame's data.
    private func number(_ type: FourCC, _ sequence: inout Int) -> [UInt8] {
        if type != "fdAT" { return [] }
        defer { sequence += 1 }
        var bytes: [UInt8] = []
        bytes.appendBigEndian32(sequence)
        return bytes
    }
}
