internal import SecrBytes

/// The few things that `show` tells about an XMP packet. It is never parsed to be kept.
enum XMPPacket {
    /// Names as they stand in a packet, as attribute or element, with what they give away.
    private static let names: [(name: String, label: String, reveals: Revelation)] = [
        ("exif:GPSLatitude", "latitude", .location),
        ("exif:GPSLongitude", "longitude", .location),
        ("photoshop:City", "city", .location),
        ("photoshop:Country", "country", .location),
        ("xmp:CreateDate", "time created", .time),
        ("xmp:ModifyDate", "time changed", .time),
        ("photoshop:DateCreated", "time created", .time),
        ("xmp:CreatorTool", "software", .software),
        ("exif:DateTimeOriginal", "time taken", .time),
        ("tiff:Make", "maker", .device),
        ("tiff:Model", "model", .device),
        ("aux:SerialNumber", "camera serial number", .serial),
        ("aux:OwnerName", "owner of the camera", .person),
        ("dc:creator", "author", .person),
        ("dc:rights", "copyright", .person),
        ("dc:description", "description", .text),
        ("photoshop:Credit", "credit", .person),
        ("xmpMM:OriginalDocumentID", "id of the original document", .identifier),
        ("xmpMM:DocumentID", "document id", .identifier),
        ("xmpMM:InstanceID", "instance id", .identifier),
        ("xmpMM:History", "editing history", .history),
        ("mwg-rs:Name", "name of a face", .person),
        ("GCamera:MicroVideo", "motion photo", .video),
        ("GCamera:MotionPhoto", "motion photo", .video),
        ("GDepth:Data", "depth map", .picture),
    ]

    struct Value: Equatable {
        var label: String
        var reveals: Revelation
        var text: String?
        /// Where the name stands, relative to the packet.
        var offset: Int
    }

    /// In bytes, before what stands for single letters is read.
    private static let longestValue = 400

    static func values(in packet: [UInt8]) -> [Value] {
        let text = packet[...]
        return names.compactMap { name, label, reveals in
            guard let offset = position(of: name, in: packet) else { return nil }
            return Value(
                label: label, reveals: reveals, text: value(in: text.dropFirst(offset + name.utf8.count)),
                offset: offset)
        }
    }

    /// Whether a packet says that it belongs to a gain map (Adobe and Android, or Apple).
    static func mentionsGainMap(_ packet: [UInt8]) -> Bool {
        let marks: [StaticString] = ["http://ns.adobe.com/hdr-gain-map/", "HDRGainMap", "hdrgainmap", "\"GainMap\""]
        return marks.contains { packet.firstOffset(of: $0) != nil }
    }

    /// The name, not as the beginning of a longer one.
    private static func position(of name: String, in packet: [UInt8]) -> Int? {
        let wanted = Array(name.utf8)
        var from = 0
        while let hit = packet.firstOffset(of: wanted, from: from) {
            let next = hit + wanted.count
            if next < packet.count, !isNameByte(packet[next]) { return hit }
            from = hit + 1
        }
        return nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte == 0x2D || byte == 0x5F || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
            || (0x61...0x7A).contains(byte)
    }

    /// After a name: the attribute's value, or the element's first text.
    private static func value(in rest: ArraySlice<UInt8>) -> String? {
        let head = rest.prefix(1_024)
        if head.first == UInt8(ascii: "="), let quote = head.dropFirst().first {
            return text(head.dropFirst(2).prefix { $0 != quote })
        }
        var inTag = true
        var content: [UInt8] = []
        for byte in head {
            switch byte {
            case UInt8(ascii: "<") where !content.isEmpty: return text(content[...])
            case UInt8(ascii: "<"): inTag = true
            case UInt8(ascii: ">"): inTag = false
            case 0x20, 0x09, 0x0A, 0x0D: if !inTag && !content.isEmpty { content.append(0x20) }
            default: if !inTag { content.append(byte) }
            }
        }
        return text(content[...])
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String? {
        bytes.isEmpty ? nil : XMLText.unescaped(String(decoding: bytes.prefix(longestValue), as: UTF8.self))
    }
}
