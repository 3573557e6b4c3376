import Foundation

/// A generated picture and what is known of it; see Fixtures/README.md.
package struct Fixture: Decodable, Sendable, CustomStringConvertible {
    package struct Token: Decodable, Sendable {
        package var row: String
        /// Hexadecimal.
        package var token: String
        package var `class`: String?

        package var bytes: [UInt8] {
            stride(from: 0, to: token.count - 1, by: 2).map { at in
                let start = token.index(token.startIndex, offsetBy: at)
                return UInt8(token[start..<token.index(start, offsetBy: 2)], radix: 16)!
            }
        }
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

    package var description: String { file }

    package enum Format: String, CaseIterable, Sendable { case jpeg, png }

    package var format: Format { file.hasSuffix(".png") ? .png : .jpeg }

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
    package static let hostile = all.filter { !$0.valid }
}
