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
    package var icc: Bool?
    package var adobe: Int?
    package var jfif: Bool?
    package var aspect: [Int]?
    package var adobeRGB: Bool?

    package var description: String { file }

    package var url: URL { Repository.file("Fixtures/jpeg/\(file)") }

    package var bytes: [UInt8] {
        get throws { Array(try Data(contentsOf: url)) }
    }

    package static let all: [Fixture] = {
        do {
            return try JSONDecoder().decode(
                [Fixture].self, from: Data(contentsOf: Repository.file("Fixtures/jpeg/manifest.json")))
        } catch {
            fatalError("the fixtures' manifest can't be read: \(error)")
        }
    }()

    package static func named(_ file: String) -> Fixture { all.first { $0.file == file }! }

    /// Pictures that the scrubber accepts with its default policy.
    package static let accepted = all.filter { $0.valid && $0.gainMap != true }
    package static let hostile = all.filter { !$0.valid }
}
