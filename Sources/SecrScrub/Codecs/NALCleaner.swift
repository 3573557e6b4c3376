internal import SecrBytes

/// Looks through pictures in AVC and HEVC: messages between slices, and units that fill up room.
struct NALCleaner: SampleCleaner {
    enum Coding { case avc, hevc }

    private let coding: Coding
    /// Bytes of the size in front of each unit.
    private let lengthSize: Int
    private let limits: Limits
    private var parameters: [AVCParameters] = []

    /// - Parameter configuration: the content of `avcC` or `hvcC` (ISO/IEC 14496-15, 5.3.3 and 8.3.3).
    init(_ coding: Coding, configuration: [UInt8], limits: Limits) throws(ParseError) {
        self.coding = coding
        self.limits = limits
        let reader = ByteReader(configuration)
        lengthSize = try reader.uint8(at: coding == .avc ? 4 : 21) & 3 + 1
        guard coding == .avc else { return }
        var at = 6
        for _ in 0..<(try reader.uint8(at: 5) & 0x1F) {
            let size = try reader.uint16(at: at)
            learn(Array(try reader.slice(at: at + 2, count: size)))
            at += 2 + size
        }
    }

    /// Of AVC, how a sequence is coded. Without it nobody knows where the times are.
    private mutating func learn(_ unit: [UInt8]) {
        guard let found = try? AVCParameters(EscapedUnit(unit).content), parameters.count < 32 else { return }
        if !parameters.contains(where: { $0.layout == found.layout && $0.profile == found.profile }) {
            parameters.append(found)
        }
    }

    private enum Kind { case picture, message, filler, parameters, unknown }

    private func kind(_ header: UInt8) -> Kind {
        if coding == .avc {
            return switch header & 0x1F {
            case 6: .message
            case 7: .parameters
            case 12: .filler
            // Layers and parameters of Dolby Vision are 28 and 30.
            case 1...5, 8...11, 13...15, 19...21, 28, 30: .picture
            default: .unknown
            }
        }
        return switch header >> 1 & 0x3F {
        case 39, 40: .message
        case 38: .filler
        // The same of Dolby Vision are 62 and 63.
        case 0...9, 16...21, 32...37, 62, 63: .picture
        default: .unknown
        }
    }

    mutating func clean(_ sample: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings) throws {
        var (at, isKnown) = (sample.lowerBound, true)
        while at < sample.upperBound {
            guard sample.upperBound - at >= lengthSize else {
                throw ParseError(.truncated, at: at, "a picture that ends early")
            }
            var size = 0
            for place in at..<at + lengthSize { size = size << 8 | Int(try window.byte(at: place)) }
            at += lengthSize
            guard size <= sample.upperBound - at else {
                throw ParseError(.truncated, at: at, "a picture that ends early")
            }
            let unit = at..<at + size
            let whole = at - lengthSize..<unit.upperBound
            at = unit.upperBound
            if unit.isEmpty { continue }
            switch kind(try window.byte(at: unit.lowerBound)) {
            case .picture: continue
            case .message:
                switch try cleanMessages(unit, &window, &found) {
                case .used: break
                case .empty: try found.leaveOut(whole)
                case .unknown: isKnown = false
                }
            case .filler:
                try fill(unit, &window, &found)
                try found.leaveOut(whole)
            case .parameters: learn(try bytes(of: unit, &window))
            case .unknown: isKnown = false
            }
        }
        guard isKnown else {
            throw ParseError(.unsupported, at: sample.lowerBound, "something between the pictures that is not known")
        }
    }

    private func bytes(of unit: Range<Int>, _ window: inout ByteWindow) throws -> [UInt8] {
        guard unit.count <= limits.codedPartBytes else {
            throw ParseError(.limit, at: unit.lowerBound, "a part of a picture that is too large")
        }
        return try window.bytes(in: unit)
    }

    private var headerSize: Int { coding == .avc ? 1 : 2 }

    /// What is left of a unit of messages.
    private enum Rest {
        case empty
        case used
        /// Some could not be looked into.
        case unknown
    }

    private func cleanMessages(
        _ range: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings
    ) throws -> Rest {
        let unit = EscapedUnit(try bytes(of: range, &window))
        var rest = Rest.empty
        for message in try SEIMessage.all(in: unit.content, from: headerSize) where !message.payload.isEmpty {
            switch SEIRules.verdict(on: message, in: unit.content, isHEVC: coding == .hevc) {
            case .kept: if rest == .empty { rest = .used }
            case .opaque: rest = .unknown
            case .overwritten(let part):
                let payload = unit.content[message.payload]
                let isLossless = parameters.contains { $0.profile == 244 }
                let needed =
                    coding == .avc && message.type == 5
                    ? SEIRules.neededPrefix(of: payload, isLossless: isLossless) : 0
                let text = message.payload.dropFirst(needed)
                try replace(text, of: unit, by: unit.filling(text, with: 0xFF), at: range, as: part, &found)
                if needed > 0, rest == .empty { rest = .used }
            case .clock:
                guard let written = neutral(message, unit) else {
                    rest = .unknown
                    continue
                }
                if rest == .empty { rest = .used }
                try replace(message.payload, of: unit, by: written, at: range, as: .clock, &found)
            }
        }
        return rest
    }

    private func replace(
        _ part: Range<Int>, of unit: EscapedUnit, by written: [UInt8], at range: Range<Int>, as kind: CodedPart,
        _ found: inout CodedFindings
    ) throws {
        let place = unit.rawRange(of: part)
        let start = range.lowerBound
        try found.replace(
            start + place.lowerBound..<start + place.upperBound, Array(unit.raw[place]), by: Array(written[place]),
            as: kind)
    }

    /// The unit without the time of day; `nil` where nobody knows how it is written.
    private func neutral(_ message: SEIMessage, _ unit: EscapedUnit) -> [UInt8]? {
        let payload = unit.content[message.payload]
        var times: ClockTimes?
        if coding == .hevc {
            times = try? ClockTimes(hevc: payload)
        } else if let layout = parameters.first?.layout, parameters.allSatisfy({ $0.layout == layout }) {
            times = try? ClockTimes(avc: payload, layout)
        }
        var written: [UInt8]?
        _ = times?.neutral { payload in
            var content = unit.content
            content.replaceSubrange(message.payload, with: payload)
            written = unit.writing(content)
            return written != nil
        }
        return written
    }

    /// Bytes of a unit that only takes up room are all the same, but for the last.
    private func fill(_ unit: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings) throws {
        var at = unit.lowerBound + headerSize
        while at < unit.upperBound {
            let part = at..<min(unit.upperBound, at + limits.codedPartBytes)
            let old = try window.bytes(in: part)
            var new = [UInt8](repeating: 0xFF, count: old.count)
            if part.upperBound == unit.upperBound { new[new.count - 1] = 0x80 }
            try found.replace(part, old, by: new, as: .fill)
            at = part.upperBound
        }
    }
}
