import Foundation
import SecrQR
import SecrTestSupport
import Testing

@Suite struct QRCodeTests {
    private static let letters = Array("abcdefghijklmnopqrstuvwxyz-_0123456789")
    static let texts = [
        "a", "https://example.org/invite#abc_DEF-123", "secr:" + String(repeating: "0123456789ABCDEF", count: 30),
        "Grüße, 日本語 \u{1F600}\nsecond line",
        String((0..<700).map { letters[$0 % letters.count] }),
    ]

    /// Looked at on a terminal in somebody's colours, cells half as wide as high; as a grey picture (PGM).
    private func photo(_ rows: [String], dark: UInt8, light: UInt8, scale: Int = 4) throws -> [UInt8] {
        var lines: [[UInt8]] = []
        for row in rows {
            var text = Substring(row)
            var (ink, paper) = (light, dark)
            if text.hasPrefix("\u{1B}") {
                #expect(text.hasPrefix("\u{1B}[38;5;16;48;5;231m") && text.hasSuffix("\u{1B}[0m"))
                text = text.dropFirst("\u{1B}[38;5;16;48;5;231m".count).dropLast("\u{1B}[0m".count)
                (ink, paper) = (0, 255)
            }
            for drawn in ["█▀", "█▄"] {
                lines.append(text.flatMap { [UInt8](repeating: drawn.contains($0) ? ink : paper, count: scale) })
            }
        }
        // Something of the terminal around it.
        let width = (lines.first?.count ?? 0) + 8 * scale
        let edge = [UInt8](repeating: dark, count: 4 * scale)
        let empty = [[UInt8]](repeating: [UInt8](repeating: dark, count: width), count: 4)
        let all = (empty + lines.map { edge + $0 + edge } + empty).flatMap { line in
            [[UInt8]](repeating: line, count: scale).flatMap(\.self)
        }
        #expect(all.count % width == 0)
        return Array("P5 \(width) \(all.count / width) 255\n".utf8) + all
    }

    private func read(_ picture: [UInt8]) throws -> String {
        let folder = try TemporaryFolder()
        try folder.write(picture, to: "code.pgm")
        let run = try Run.program("zbarimg", ["--quiet", "--raw", "-Sbinary", "code.pgm"], in: folder.path)
        return run.text
    }

    @Test(.enabled(if: Run.isInstalled("zbarimg"), "zbar-tools is not there"), arguments: texts)
    func othersReadIt(text: String) throws {
        let code = try QRCode(text)
        // On a dark terminal and on a light one.
        for (dark, light) in [(UInt8(20), UInt8(220)), (240, 30)] {
            #expect(try read(photo(code.rows(colors: true), dark: dark, light: light)) == text)
        }
        #expect(try read(photo(code.rows(colors: false), dark: 20, light: 220)) == text)
    }

    @Test(arguments: texts) func rowsAreAsWideAndHighAsTheCode(text: String) throws {
        let code = try QRCode(text)
        #expect((code.size - 17) % 4 == 0 && code.size + 8 <= 100)
        for rows in [code.rows(colors: false), code.rows(colors: true).map { plain($0) }] {
            #expect(rows.count == (code.size + 9) / 2)
            #expect(rows.allSatisfy { $0.count == code.size + 8 })
        }
        // The same picture with the colours exchanged.
        #expect(
            code.rows(colors: true).map { plain($0) }
                == code.rows(colors: false).map { row in
                    row.reduce(into: "") { $0.append(["█": " ", " ": "█", "▀": "▄", "▄": "▀"][$1] ?? "?") }
                })
    }

    private func plain(_ row: String) -> String { row.replacing(#/\x1B\[[0-9;]*m/#, with: "") }

    /// The three corners that a camera looks for.
    @Test func cornersAreThere() throws {
        let code = try QRCode("corner")
        for (row, column) in [(0, 0), (0, code.size - 7), (code.size - 7, 0)] {
            for step in 0..<7 {
                #expect(code.isDark(row: row, column: column + step) && code.isDark(row: row + step, column: column))
            }
        }
        #expect(!code.isDark(row: -1, column: 0) && !code.isDark(row: 0, column: code.size))
    }

    @Test func theRobustOneIsTakenWhereItFits() throws {
        let text = String(repeating: "a", count: 500)
        let (narrow, wide) = (try QRCode(text, columns: 88), try QRCode(text, columns: 200))
        #expect(narrow.size < wide.size && narrow.size + 8 <= 88)
    }

    @Test(arguments: [("", 100), ("a\0b", 100), (String(repeating: "a", count: 3_000), 1_000), ("a", 28)])
    func whatDoesNotFitIsSaid(text: String, columns: Int) {
        #expect(throws: QRCode.Failure.self) { try QRCode(text, columns: columns) }
    }
}
