internal import SecrBytes

/// JPEG, from the frame's point of view.
struct JPEGHandler: FormatHandler {
    var allowList: AllowList
    /// Turn the picture itself instead of keeping its orientation as a number.
    var bakesOrientation: Bool
    /// Also compare decoded pixels.
    var decodes: Bool
    var statement = Statement()

    func parse(_ window: inout ByteWindow, limits: Limits) throws -> JPEGDocument {
        var parser = JPEGParser(window, limits: limits)
        return try parser.parse()
    }

    mutating func state(_ statement: Statement, in original: inout Parsed<JPEGDocument>, limits: Limits) {
        self.statement = statement
    }

    func summary(of document: JPEGDocument) -> String {
        let frame = document.frame
        let height = frame.height > 0 ? "\(frame.height)" : "?"
        let extra = frame.isProgressive ? ", progressive" : frame.isLossless ? ", lossless" : ""
        return "\(frame.width) x \(height) pixels, \(document.color.colorSpace)\(extra)"
    }

    func limitations(of document: JPEGDocument, policy: Policy) -> [Limitation] {
        let always = [.content, .sensorNoise, JPEGQuantization.limitation(of: document), .encoderDecisions]
        guard let map = document.gainMap, document.keepsGainMap(policy) else {
            return always + document.icc.limitations(policy)
        }
        let profile = document.icc.limitations(policy) + map.document.icc.limitations(policy)
        return always + [.gainMap] + profile.prefix(1)
    }

    func findings(
        in original: Parsed<JPEGDocument>, policy: Policy, detail: Inspection.Detail, limits: Limits
    ) throws -> [Finding] {
        let parts = JPEGFindings(document: original.document, policy: policy, handler: self).all
        return detail == .parts ? parts : parts + (try JPEGValues(original, parts: parts, limits: limits).all)
    }

    func plan(for original: Parsed<JPEGDocument>, policy: Policy, limits: Limits) throws -> OutputPlan {
        let document = original.document
        try refuse(document, policy: policy)
        if turns(document) {
            return try JPEGRotation(handler: self, limits: limits).plan(for: original, policy: policy)
        }
        var plan = plan(for: document, presentation: presentation(of: document, policy: policy), policy: policy)
        if let map = document.gainMap, document.keepsGainMap(policy) {
            let presentation = presentation(of: map.document, policy: policy)
            let second = self.plan(for: map.document, presentation: presentation, policy: policy)
            for piece in second.pieces { plan.append(piece.moved(by: map.range.lowerBound)) }
        }
        return plan
    }

    /// The plan for a single picture, before any rotation; ``JPEGRotation`` turns what it produces.
    func plan(for document: JPEGDocument, presentation: JPEGPresentation, policy: Policy) -> OutputPlan {
        var plan = OutputPlan()
        var head: [UInt8]? = presentation.bytes
        for element in arrangement(of: document, policy: policy).elements {
            switch element {
            case .node(let node): plan.append(.copy(node.range))
            case .tables(let kind, let tables): plan.append(.bytes(JPEGArrangement.segment(kind, tables)))
            }
            if let bytes = head.take() { plan.append(.bytes(bytes)) }
        }
        if document.isTruncated { plan.append(.bytes([0xFF, JPEGMarker.endOfImage])) }
        return plan
    }

    func presentation(of document: JPEGDocument, policy: Policy) -> JPEGPresentation {
        var presentation = JPEGPresentation(document, policy: policy, allowList: allowList, statement: statement)
        if let map = document.gainMap, document.keepsGainMap(policy) {
            func size(_ document: JPEGDocument, _ presentation: JPEGPresentation) -> Int {
                plan(for: document, presentation: presentation, policy: policy).size
            }
            let length = size(map.document, self.presentation(of: map.document, policy: policy))
            presentation.add(map.parameters, length: length) { size(document, $0) }
        }
        return presentation
    }

    func arrangement(of document: JPEGDocument, policy: Policy) -> JPEGArrangement {
        let isKept = { (kind: JPEGNodeKind) in allowList.rule(for: kind, policy: policy) == .copied }
        return policy.profile == .strict
            ? .canonical(document, keeping: isKept) : .original(document, keeping: isKept)
    }

    func checkContract(
        _ original: Parsed<JPEGDocument>, output: any ByteSource, policy: Policy, limits: Limits
    ) throws -> Parsed<JPEGDocument> {
        // JPEGContract compares every scan byte by byte, unless the picture was turned.
        let scans = turns(original.document) ? [] : original.document.scanLengths
        var parser = JPEGParser(ByteWindow(output), limits: limits, expectedScans: scans)
        let written = Parsed(document: try parser.parse(), source: output)
        try JPEGContract(original: original, written: written, handler: self, policy: policy, limits: limits).check()
        return written
    }

    /// Whether the output's picture lies differently from the input's.
    func turns(_ document: JPEGDocument) -> Bool { bakesOrientation && document.orientation != 1 }

    /// What can be understood but not be scrubbed without changing what is seen.
    private func refuse(_ document: JPEGDocument, policy: Policy) throws(ScrubError) {
        if document.isTruncated && !policy.tolerate.contains(.truncated) { throw .cutOff(at: document.size) }
        if document.keepsGainMap(policy) && policy.keep.contains(.xmp) {
            throw ScrubError(
                .refused, "XMP that is kept as it is would contradict the HDR gain map",
                hint: "--drop gain-map scrubs the file without the gain map")
        }
        if turns(document) && document.keepsGainMap(policy) {
            throw ScrubError(
                .refused, "a picture with an HDR gain map can't be turned",
                hint: "--drop gain-map turns it without; it will look as on an ordinary screen")
        }
        if turns(document) && !policy.keep.isEmpty {
            throw ScrubError(.refused, "a picture can't be turned and keep parts of the file as they are")
        }
        try document.icc.requireUsable(policy)
    }
}
