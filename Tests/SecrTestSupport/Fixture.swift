import Foundation

/// A generated picture and what is known of it; see Fixtures/README.md.
package struct Fixture: Decodable, Sendable, CustomStringConvertible {
    package struct Token: Decodable, Sendable {
        package var row: String
        /// Hexadecimal.
        package var token: String
        package var `class`: String?

        package var bytes: [UInt8] { [UInt8](hexadecimal: token) }
    }

    /// Of a HEIF file: an item that has to be in the output.
    package struct Item: Decodable, Sendable {
        package struct Property: Decodable, Sendable {
            package var type: String
            /// Hexadecimal; `nil` where a scrub decides what it becomes.
            package var box: String?
            package var essential: Bool
        }

        package struct Reference: Decodable, Sendable, Hashable {
            package var type: String
            package var to: [Int]
        }

        package var type: String
        /// Hexadecimal; `nil` where a scrub decides what it becomes.
        package var payload: String?
        /// What `strict` makes of it, and what it was; where that is something else.
        package var strictPayload: String?
        package var original: String?
        package var hidden: Bool
        /// Whether the primary picture needs it.
        package var strict: Bool
        package var properties: [Property]
        package var references: [Reference]
    }

    /// Of a video: a track that has to be in the output.
    package struct Track: Decodable, Sendable {
        package var handler: String
        /// Hexadecimal: how its samples are coded.
        package var entry: String
        /// Hexadecimal; none where they are not told apart.
        package var samples: [String]
        /// The same from `strict`, where that is something else.
        package var strictSamples: [String]?
        /// How long, from when on, and how fast.
        package var edits: [[Int]]
    }

    package struct Group: Decodable, Sendable, Hashable {
        package var type: String
        package var items: [Int]
    }

    package var file: String
    package var valid: Bool
    package var why: String?
    package var decodable: Bool
    package var drop: [Token]?
    package var keep: [Token]?
    package var orientation: Int?
    package var gainMap: Bool?
    /// Whether a renderer can use the gain map, so that it stays.
    package var gainMapKept: Bool?
    package var icc: Bool?
    /// The colour space that the profile means: `srgb`, `display-p3`, `adobe-rgb`, `gray-gamma-2.2`.
    package var iccStandard: String?
    /// Of a PNG picture: how many frames an animation has, and whether its lines have to be packed anew.
    package var frames: Int?
    package var recoded: Bool?
    package var adobe: Int?
    package var jfif: Bool?
    package var aspect: [Int]?
    package var adobeRGB: Bool?
    /// Of a HEIF file: whether its readers make a picture of it.
    package var libheif: Bool?
    package var libavif: Bool?
    /// What has to be in the output; the primary item by its place in the list.
    package var items: [Item]?
    package var groups: [Group]?
    package var primary: Int?
    /// Of a video: what has to be in the output, and whether ffmpeg plays it.
    package var tracks: [Track]?
    package var ffmpeg: Bool?

    package var description: String { file }

    package enum Format: String, CaseIterable, Sendable {
        case jpeg, png, heif, mp4, pdf

        package var suffixes: [String] {
            switch self {
            case .jpeg: [".jpg"]
            case .png: [".png"]
            case .heif: [".heic", ".heif", ".avif"]
            case .mp4: [".mp4", ".mov", ".m4a", ".3gp"]
            case .pdf: [".pdf"]
            }
        }
    }

    package var format: Format { Format.allCases.first { $0.suffixes.contains(where: file.hasSuffix) }! }

    /// How its name ends, without the dot.
    package var pathExtension: String { url.pathExtension }

    package var url: URL { Repository.file("Fixtures/\(format)/\(file)") }

    package var bytes: [UInt8] {
        get throws { Array(try Data(contentsOf: url)) }
    }

    package static let all: [Fixture] = Format.allCases.flatMap { format in
        do {
            return try JSONDecoder().decode(
                [Fixture].self, from: Data(contentsOf: Repository.file("Fixtures/\(format)/manifest.json")))
        } catch {
            fatalError("the fixtures' manifest can't be read: \(error)")
        }
    }

    package static func named(_ file: String) -> Fixture { all.first { $0.file == file }! }

    /// Pictures that the scrubber accepts with its default policy.
    package static let accepted = all.filter(\.valid)
    package static let jpeg = accepted.filter { $0.format == .jpeg }
    package static let png = accepted.filter { $0.format == .png }
    package static let heif = accepted.filter { $0.format == .heif }
    package static let mp4 = accepted.filter { $0.format == .mp4 }
    package static let pdf = accepted.filter { $0.format == .pdf }
    package static let hostile = all.filter { !$0.valid }
}

extension [UInt8] {
    package init(hexadecimal digits: String) {
        let digits = Array<UInt8>(digits.utf8)
        self = stride(from: 0, to: digits.count - 1, by: 2).map { at in
            UInt8(String(decoding: digits[at..<at + 2], as: UTF8.self), radix: 16)!
        }
    }
}
