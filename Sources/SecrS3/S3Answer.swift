/// What S3's answers in XML say. Elements that are not needed are read over.
package enum S3Answer {
    /// Most objects of a page, S3's own limit.
    static let mostObjects = 1_000

    /// `ListBucketResult` of ListObjectsV2 with `encoding-type=url`.
    ///
    /// - Parameter prefix: what all keys have to begin with.
    /// - Throws: `malformedAnswer`.
    package static func page(_ bytes: [UInt8], prefix: String) throws(S3Error) -> S3Page {
        var page = S3Page()
        var (isTruncated, token): (String?, String?) = (nil, nil)
        var current: (key: String?, size: String?, tag: String?) = (nil, nil, nil)
        try read(bytes, root: "ListBucketResult") { (path, text) throws(S3Error) in
            switch path {
            case ["IsTruncated"]: isTruncated = text
            case ["NextContinuationToken"]: token = text
            case ["Contents", "Key"]: current.key = text
            case ["Contents", "Size"]: current.size = text
            case ["Contents", "ETag"]: current.tag = text
            case ["Contents"]:
                guard let key = current.key.flatMap(decoded), let size = current.size.flatMap({ Int($0) }), size >= 0,
                    key.utf8.starts(with: prefix.utf8), page.objects.count < mostObjects
                else { throw malformed }
                page.objects.append(S3Object(key: key, size: size, tag: current.tag ?? ""))
                current = (nil, nil, nil)
            default: break
            }
        }
        switch isTruncated {
        case "false", nil: break
        case "true":
            guard let token, !token.isEmpty else { throw malformed }
            page.next = token
        default: throw malformed
        }
        return page
    }

    /// The `Code` of an `Error`; empty where there is none.
    package static func errorCode(_ bytes: [UInt8]) -> String {
        var code = ""
        do {
            try read(bytes, root: "Error") { (path, text) throws(S3Error) in
                if path == ["Code"] { code = text }
            }
        } catch {
            return ""
        }
        return code
    }

    private static let malformed = S3Error(.malformedAnswer, "the server's answer is malformed")

    /// Hands out the text of each element below the root at its end, with the names that lead there.
    private static func read(
        _ bytes: [UInt8], root: String, _ body: ([String], String) throws(S3Error) -> Void
    ) throws(S3Error) {
        var reader = XMLReader(bytes)
        var path: [String] = []
        var text = ""
        while true {
            let event: XMLReader.Event
            do { event = try reader.next() } catch { throw malformed }
            switch event {
            case .start(let name):
                if path.isEmpty, name != root { throw malformed }
                path.append(name)
                text = ""
            case .text(let piece): text += piece
            case .end:
                if path.count > 1 { try body(Array(path.dropFirst()), text) }
                path.removeLast()
                text = ""
            case .finished: return
            }
        }
    }

    /// A key without its percent-encoding, in which a plus sign is a space; `nil` where that is no text.
    static func decoded(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                let digits = rest.prefix(2)
                guard digits.count == 2, digits.first != UInt8(ascii: "+"),
                    let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
                else { return nil }
                bytes.append(value)
                rest = rest.dropFirst(2)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
