internal import SecrBytes
internal import Synchronization

/// Writes a document in the only form in which one is ever written: the catalog first, then whatever is found from it,
/// each object once.
struct PDFComposer: Sendable {
    let selection: PDFSelection
    private let version: String
    /// Whether objects can be packed together, which readers of older documents do not know (7.5.7).
    private let packsObjects: Bool
    let claim: PDFClaim?
    /// What streams become, in the order of the objects.
    private(set) var packed: [PDFPacked?] = []
    private(set) var drops: [PDFDrop: Int] = [:]
    private let deflated: PDFDeflated
    /// What the document says of itself; empty where it says nothing.
    private var information = PDFDictionary()

    /// - Parameter known: of the document that this one was written from; what is the same there need not be done again.
    init(
        _ document: PDFContents, _ selection: PDFSelection, claim: PDFClaim?, _ packing: PDFPacking,
        known: PDFComposer? = nil
    ) throws {
        self.selection = selection
        self.claim = claim
        drops = selection.drops
        var packing = packing
        version = document.version
        packsObjects = claim?.forbidsPackedObjects != true && Self.knowsPackedObjects(version)
        deflated = known?.deflated ?? PDFDeflated()
        for (place, object) in selection.kept.enumerated() {
            let before = known.flatMap { place < $0.packed.count ? $0.packed[place] : nil }
            let found = try object.stream.map { try packing.packed($0, object.kind, known: before) }
            for part in found?.drops ?? [] { drops[PDFDrop(part: part, label: part.name), default: 0] += 1 }
            packed.append(found)
        }
    }

    /// Has the document say something of itself; what already says just this does not go.
    mutating func state(_ statement: PDFStatement, in contents: PDFContents, _ window: inout ByteWindow, limit: Int) {
        information = statement.information
        if contents.resolved(contents.trailer["Info"]) == .dictionary(information) { spare(.information, "Info") }
        guard let claim, let place = selection.kept.firstIndex(where: { $0.kind == .claim }) else { return }
        let packet = claim.packet(with: statement)
        let catalog = contents.resolved(contents.trailer["Root"]).dictionary
        if contents.packet(catalog?["Metadata"], &window, limit: limit) == packet { spare(.metadata, "Metadata") }
        packed[place] = PDFPacked(filters: [], pieces: [.bytes(packet)], isKnown: true)
    }

    private mutating func spare(_ part: PDFPart, _ label: String) {
        let drop = PDFDrop(part: part, label: label)
        drops[drop] = drops[drop].flatMap { $0 > 1 ? $0 - 1 : nil }
    }

    /// Whether anything of that kind goes.
    func drops(_ part: PDFPart) -> Bool { drops.keys.contains { $0.part == part } }

    /// Objects in one stream of objects.
    private static let gathered = 100

    private static func knowsPackedObjects(_ version: String) -> Bool {
        let parts = version.split(separator: ".").compactMap { Int($0) }
        return parts.count == 2 && (parts[0], parts[1]) >= (1, 5)
    }

    func plan() -> OutputPlan {
        var writer = PDFWriter(version: version, deflated)
        var plain: [(number: Int, text: [UInt8])] = []
        for (place, object) in selection.kept.enumerated() {
            if let packed = packed[place] {
                writer.append(place + 1, dictionary(object.value, packed), packed.pieces)
            } else if packsObjects {
                var text: [UInt8] = []
                text.append(object.value)
                plain.append((place + 1, text))
            } else {
                writer.append(place + 1, object.value)
            }
        }
        var (number, trailer) = (selection.kept.count, selection.trailer)
        if !information.entries.isEmpty {
            number += 1
            trailer["Info"] = .reference(PDFReference(number: number))
            if packsObjects {
                var text: [UInt8] = []
                text.append(.dictionary(information))
                plain.append((number, text))
            } else {
                writer.append(number, .dictionary(information))
            }
        }
        for start in stride(from: 0, to: plain.count, by: Self.gathered) {
            number += 1
            writer.append(number, gathering: plain[start..<min(plain.count, start + Self.gathered)])
        }
        writer.finish(count: number, trailer, isPacked: packsObjects)
        return writer.plan
    }

    private func dictionary(_ value: PDFValue, _ packed: PDFPacked) -> PDFValue {
        var dictionary = value.dictionary ?? PDFDictionary()
        dictionary["Length"] = .number(String(packed.count))
        let names = packed.filters.map { PDFValue.name($0.name) }
        if names.count == 1 {
            dictionary["Filter"] = names[0]
        } else if names.count > 1 {
            dictionary["Filter"] = .array(names)
        }
        let parameters = packed.filters.map(\.parameters)
        if parameters.contains(where: { $0 != .null }) {
            dictionary["DecodeParms"] = parameters.count == 1 ? parameters[0] : .array(parameters)
        }
        return .dictionary(dictionary)
    }
}

/// Tables that have been packed, so that reading an output back need not pack them again.
final class PDFDeflated: Sendable {
    private let known = Mutex<[ByteKey: [UInt8]]>([:])

    func data(of text: [UInt8]) -> [UInt8] {
        let key = ByteKey(text)
        if let found = known.withLock({ $0[key] }) { return found }
        let data = PDFPacking.deflated(text)
        known.withLock { $0[key] = data }
        return data
    }
}

/// Puts objects one behind the other, and says where they are (ISO 32000-2, 7.5).
struct PDFWriter {
    private(set) var plan = OutputPlan()
    private var pending: [UInt8]
    /// Bytes in front of what is pending.
    private var written = 0
    /// Of each object: its place, or in which stream of objects it is, and as which one.
    private var places: [(kind: Int, place: Int, turn: Int)] = []
    /// What the identifier of the document is made from.
    private var seen: [UInt8] = []
    private let deflated: PDFDeflated

    init(version: String, _ deflated: PDFDeflated) {
        self.deflated = deflated
        // Bytes that tell programs that this is no text.
        pending = Array("%PDF-\(version)\n%".utf8) + [0xE2, 0xE3, 0xCF, 0xD3, 10]
    }

    private mutating func note(_ number: Int, _ kind: Int, _ place: Int, _ turn: Int) {
        while places.count <= number { places.append((0, 0, 0)) }
        places[number] = (kind, place, turn)
    }

    private mutating func begin(_ number: Int, _ value: PDFValue) {
        note(number, 1, written + pending.count, 0)
        pending.append(decimal: number)
        pending += " 0 obj\n".utf8
        let start = pending.count
        pending.append(value)
        seen += pending[start...]
    }

    mutating func append(_ number: Int, _ value: PDFValue) {
        begin(number, value)
        pending += "\nendobj\n".utf8
        flushIfLong()
    }

    mutating func append(_ number: Int, _ dictionary: PDFValue, _ pieces: [OutputPlan.Piece]) {
        begin(number, dictionary)
        pending += "\nstream\n".utf8
        for piece in pieces {
            if case .bytes(let bytes) = piece, bytes.count < 4_096 {
                pending += bytes
            } else {
                flush()
                plan.append(piece)
                written += piece.count
            }
        }
        pending += "\nendstream\nendobj\n".utf8
        flushIfLong()
    }

    private mutating func flush() {
        plan.append(.bytes(pending))
        written += pending.count
        pending = []
        pending.reserveCapacity(Self.usualLength)
    }

    /// Of what stands between the data of two streams that are copied.
    private static let usualLength = 512
    /// More is not held in one piece, which would have to move each time that it grows.
    private static let longest = 32 * 1024

    private mutating func flushIfLong() {
        if pending.count < Self.longest { return }
        flush()
        pending.reserveCapacity(Self.longest + 2 * Self.usualLength)
    }

    mutating func append(_ number: Int, gathering objects: ArraySlice<(number: Int, text: [UInt8])>) {
        var (head, body): ([UInt8], [UInt8]) = ([], [])
        for (turn, object) in objects.enumerated() {
            note(object.number, 2, number, turn)
            head += "\(object.number) \(body.count) ".utf8
            body += object.text
            body.append(10)
        }
        let data = deflated.data(of: head + body)
        seen += body
        var dictionary = PDFDictionary()
        dictionary["Type"] = .name("ObjStm")
        dictionary["N"] = .number(String(objects.count))
        dictionary["First"] = .number(String(head.count))
        dictionary["Filter"] = .name("FlateDecode")
        dictionary["Length"] = .number(String(data.count))
        append(number, .dictionary(dictionary), [.bytes(data)])
    }

    private var identifier: PDFValue {
        let digest = PDFValue.string(MD5.digest(seen))
        return .array([digest, digest])
    }

    /// - Parameter count: of all objects.
    mutating func finish(count: Int, _ own: PDFDictionary, isPacked: Bool) {
        var trailer = own
        trailer["ID"] = identifier
        trailer["Root"] = .reference(PDFReference(number: 1))
        let start = written + pending.count
        if isPacked {
            let own = count + 1
            note(own, 1, start, 0)
            let widths = [1, 8 - max(start, own).leadingZeroBitCount / 8, 1]
            var table: [UInt8] = []
            for number in 0...own {
                let entry = places[number]
                for (width, value) in zip(widths, [entry.kind, entry.place, entry.turn]) {
                    for byte in (0..<width).reversed() { table.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
                }
            }
            let data = deflated.data(of: table)
            trailer["Type"] = .name("XRef")
            trailer["Size"] = .number(String(own + 1))
            trailer["W"] = .array(widths.map { .number(String($0)) })
            trailer["Filter"] = .name("FlateDecode")
            trailer["Length"] = .number(String(data.count))
            append(own, .dictionary(trailer), [.bytes(data)])
        } else {
            trailer["Size"] = .number(String(count + 1))
            pending += "xref\n0 \(count + 1)\n0000000000 65535 f \n".utf8
            for number in 1...max(1, count) {
                pending.append(decimal: number < places.count ? places[number].place : 0, digits: 10)
                pending += " 00000 n \n".utf8
            }
            pending += "trailer\n".utf8
            pending.append(.dictionary(trailer))
            pending += "\n".utf8
        }
        pending += "startxref\n\(start)\n%%EOF\n".utf8
        flush()
    }
}
