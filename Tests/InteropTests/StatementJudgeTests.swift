import Foundation
import SecrTestSupport
import Testing

/// What other people's programs read of outputs that may say something of themselves.
@Suite(.enabled(if: ["exiftool", "exiv2"].allSatisfy(Run.isInstalled)))
struct StatementJudgeTests {
    /// A file without anything to tell, and how exiftool lets it say the same in the ways of its format.
    struct Way: Sendable, CustomTestStringConvertible {
        var name: String
        var file: String
        var arguments: [String]
        /// Of the values, those that this way knows.
        var knows: Set<String>

        var testDescription: String { name }
    }

    private static let exif = [
        "-EXIF:GPSLatitude=48.8584", "-EXIF:GPSLatitudeRef=N", "-EXIF:GPSLongitude=2.2945", "-EXIF:GPSLongitudeRef=E",
        "-EXIF:GPSAltitude=35", "-EXIF:DateTimeOriginal=2023:07:14 15:16:17", "-EXIF:OffsetTimeOriginal=+02:00",
        "-EXIF:ModifyDate=2024:01:02 03:04:05", "-EXIF:Make=Apple", "-EXIF:Model=iPhone 14 Pro", "-EXIF:Software=17.1",
        "-EXIF:Artist=Änne Muster", "-EXIF:Copyright=© Muster & Co", "-EXIF:SerialNumber=C39XK1",
    ]
    private static let xmp = [
        "-XMP-exif:GPSLatitude=48.8584", "-XMP-exif:GPSLongitude=2.2945",
        "-XMP-exif:DateTimeOriginal=2023:07:14 15:16:17", "-XMP-tiff:Make=Apple", "-XMP-tiff:Model=iPhone 14 Pro",
        "-XMP-dc:Creator=Änne Muster", "-XMP-dc:Rights=© Muster & Co", "-XMP-photoshop:City=Paris",
    ]
    private static let everything: Set<String> = ["position", "date", "device", "author", "copyright"]

    static let ways = [
        Way(name: "jpeg, Exif", file: "jpeg/adobe-ycc.jpg", arguments: exif, knows: everything),
        Way(name: "jpeg, turned", file: "jpeg/adobe-rgb-interop-orientation-6.jpg", arguments: exif, knows: everything),
        Way(name: "jpeg, XMP", file: "jpeg/adobe-ycc.jpg", arguments: xmp, knows: everything),
        Way(
            name: "jpeg, IPTC", file: "jpeg/adobe-ycc.jpg",
            arguments: [
                "-codedcharacterset=utf8", "-IPTC:DateCreated=2023:07:14", "-IPTC:TimeCreated=15:16:17+02:00",
                "-IPTC:By-line=Änne Muster", "-IPTC:CopyrightNotice=© Muster & Co", "-IPTC:City=Paris",
            ], knows: ["day", "author", "copyright"]),
        Way(name: "png, eXIf", file: "png/adam7-rgb-8.png", arguments: exif, knows: everything),
        Way(name: "png, XMP", file: "png/adam7-rgb-8.png", arguments: xmp, knows: everything),
        Way(
            name: "png, texts", file: "png/adam7-rgb-8.png",
            arguments: ["-PNG:Author=Änne Muster", "-PNG:Copyright=© Muster & Co", "-PNG:Comment=Paris"],
            knows: ["author", "copyright"]),
        Way(name: "heic, Exif", file: "heif/hevc.heic", arguments: exif, knows: everything),
        Way(name: "heic, XMP", file: "heif/hevc.heic", arguments: xmp, knows: everything),
        Way(name: "avif, Exif", file: "heif/av1.avif", arguments: exif, knows: everything),
        Way(
            name: "mp4, keys", file: "mp4/plain.mp4",
            arguments: [
                "-Keys:GPSCoordinates=48.8584, 2.2945, 35", "-Keys:CreationDate=2023:07:14 15:16:17+02:00",
                "-Keys:Make=Apple", "-Keys:Model=iPhone 14 Pro", "-Keys:Author=Änne Muster",
                "-Keys:Copyright=© Muster & Co", "-Keys:Software=17.1",
            ], knows: everything),
        Way(
            name: "mov, texts", file: "mp4/plain.mov",
            arguments: [
                "-UserData:GPSCoordinates=48.8584, 2.2945, 35", "-UserData:Make=Apple", "-UserData:Model=iPhone 14 Pro",
                "-QuickTime:CreateDate=2023:07:14 15:16:17", "-UserData:Author=Änne Muster",
                "-UserData:Copyright=© Muster & Co",
            ], knows: everything),
        Way(
            name: "pdf, information", file: "pdf/plain.pdf",
            arguments: [
                "-PDF:Author=Änne Muster", "-PDF:CreateDate=2023:07:14 15:16:17+02:00", "-PDF:Producer=Writer",
                "-XMP-dc:Rights=© Muster & Co",
            ], knows: ["date", "author", "copyright"]),
        Way(
            name: "pdf, packed", file: "pdf/plain-packed.pdf",
            arguments: ["-XMP-dc:Creator=Änne Muster", "-XMP-xmp:CreateDate=2023:07:14 15:16:17"],
            knows: ["date", "author"]),
        Way(
            name: "pdf, a claim", file: "pdf/claim-archive.pdf",
            arguments: [
                "-PDF:Author=Änne Muster", "-PDF:CreateDate=2023:07:14 15:16:17", "-XMP-dc:Rights=© Muster & Co",
            ], knows: ["date", "author", "copyright"]),
    ]

    /// Options, and what outputs then say.
    static let policies: [(options: [String], says: [String: String])] = [
        ([], [:]),
        (
            ["--policy", "obfuscate"],
            ["position": "48.86613 2.32434", "date": "2023:07:01 00:00:00", "device": "phone"]
        ),
        (
            ["--policy", "obfuscate", "--gps-grid", "100km", "--dates", "year", "--keep", "author"],
            ["position": "48.56436 2.04545", "date": "2023:01:01 00:00:00", "device": "phone", "author": "Änne Muster"]
        ),
        (
            ["--policy", "obfuscate", "--gps-grid=1km", "--dates=day", "--shift-dates=-14d"],
            ["position": "48.86241 2.28982", "date": "2023:06:30 00:00:00", "device": "phone"]
        ),
        (
            ["--keep", "date,author,copyright"],
            ["date": "2023:07:14 15:16:17", "author": "Änne Muster", "copyright": "© Muster & Co"]
        ),
        (["--keep", "date", "--shift-dates", "90d"], ["date": "2023:10:12 15:16:17"]),
    ]

    /// The names under which each format says it.
    private static let tags: [String: [String: [String]]] = [
        "Exif": [
            "position": ["GPS:GPSLatitude", "GPS:GPSLongitude"], "date": ["ExifIFD:DateTimeOriginal"],
            "device": ["IFD0:Model"], "author": ["IFD0:Artist"], "copyright": ["IFD0:Copyright"],
        ],
        "keys": [
            "position": ["Keys:GPSCoordinates"], "date": ["Keys:CreationDate", "QuickTime:CreateDate"],
            "device": ["Keys:Model"], "author": ["Keys:Author"], "copyright": ["Keys:Copyright"],
        ],
        "document": [
            "date": ["PDF:CreateDate"], "author": ["PDF:Author"], "copyright": ["PDF:Copyright"],
        ],
        "claim": [
            "date": ["PDF:CreateDate", "XMP-xmp:CreateDate"], "author": ["PDF:Author", "XMP-dc:Creator"],
            "copyright": ["PDF:Copyright", "XMP-dc:Rights"],
        ],
    ]
    /// What a position brings along.
    private static let beside = ["GPS:GPSVersionID": "2 3 0 0", "GPS:GPSLatitudeRef": "N", "GPS:GPSLongitudeRef": "E"]

    private func tags(_ file: String, in folder: TemporaryFolder) throws -> [String: String] {
        let run = try Run.program(
            "exiftool", ["-j", "-G1", "-a", "-n", "-u", "-ee3", "-api", "QuickTimeUTC=0", file], in: folder.path)
        let rows = try JSONSerialization.jsonObject(with: Data(run.output)) as? [[String: Any]]
        // Sizes and places of parts, and what is computed from other values.
        return try #require(rows?.first).filter { name, _ in
            !["System:", "Composite:", "SourceFile", "ExifTool:"].contains(where: name.hasPrefix)
                && !["Offset", "Size", "ExifByteOrder"].contains(where: name.hasSuffix)
        }.mapValues { "\($0)" }.filter { !$0.value.hasPrefix("(Binary data") }
    }

    private func expected(_ way: Way, _ says: [String: String]) -> [String: String] {
        let place =
            way.file.hasPrefix("mp4")
            ? "keys"
            : way.name == "pdf, a claim"
                ? "claim"
                : way.file.hasPrefix("pdf") ? "document" : "Exif"
        var expected: [String: String] = [:]
        for (fact, value) in says {
            guard way.knows.contains(fact) || (fact == "date" && way.knows.contains("day")) else { continue }
            // Midnight, where no time is told.
            let value = fact == "date" && way.knows.contains("day") ? value.prefix(11) + "00:00:00" : value
            let names = Self.tags[place]?[fact] ?? []
            let values = names.first == "GPS:GPSLatitude" ? value.split(separator: " ").map(String.init) : [value]
            for (index, name) in names.enumerated() { expected[name] = values[min(index, values.count - 1)] }
            if fact == "position", place == "Exif" { expected.merge(Self.beside) { $1 } }
        }
        return expected
    }

    @Test(arguments: ways) func exiftoolSeesWhatThePolicyPromisesAndNothingElse(way: Way) throws {
        let folder = try TemporaryFolder()
        let name = "in." + way.file.split(separator: ".").last!
        try folder.write([UInt8](Data(contentsOf: Repository.file("Fixtures/" + way.file))), to: name)
        let writing = try Run.program(
            "exiftool", ["-q", "-m", "-overwrite_original"] + way.arguments + [name], in: folder.path)
        #expect(writing.status == 0, "\(writing.errors)")
        let bare = try self.scrubbed(name, [], in: folder)
        for (options, says) in Self.policies {
            var seen = try self.scrubbed(name, options, in: folder)
            for (name, value) in bare where name != "QuickTime:CreateDate" {
                #expect(seen.removeValue(forKey: name) == value, "\(options): \(name)")
            }
            // What QuickTime calls the way in which it is said.
            if seen["QuickTime:HandlerType"] == "mdta" { seen["QuickTime:HandlerType"] = nil }
            if seen["QuickTime:CreateDate"] == bare["QuickTime:CreateDate"] { seen["QuickTime:CreateDate"] = nil }
            let expected = expected(way, says)
            #expect(Set(seen.keys) == Set(expected.keys), "\(options)")
            for (name, value) in expected { #expect(isSame(seen[name] ?? "", value), "\(options): \(name)") }
        }
    }

    /// Numbers of a position to five digits.
    private func isSame(_ seen: String, _ expected: String) -> Bool {
        let (left, right) = (seen.split(separator: " "), expected.split(separator: " "))
        return left.count == right.count
            && zip(left, right).allSatisfy { left, right in
                if left == right { return true }
                guard right.contains("."), let one = Double(left), let other = Double(right) else { return false }
                return abs(one - other) < 2e-5
            }
    }

    private func scrubbed(_ name: String, _ options: [String], in folder: TemporaryFolder) throws -> [String: String] {
        let run = try Run.scrub(["-q", "-f", "-o", "out-" + name] + options + [name], in: folder.path)
        #expect(run.status == 0, "\(options): \(run.errors)")
        return try tags("out-" + name, in: folder)
    }

    /// The pictures that exiv2 reads, by its names.
    @Test(arguments: ways.filter { $0.file.hasPrefix("jpeg") || $0.file.hasPrefix("png") })
    func exiv2SeesTheSame(way: Way) throws {
        let names = [
            "position": [
                "Exif.Image.GPSTag", "Exif.GPSInfo.GPSVersionID", "Exif.GPSInfo.GPSLatitudeRef",
                "Exif.GPSInfo.GPSLatitude", "Exif.GPSInfo.GPSLongitudeRef", "Exif.GPSInfo.GPSLongitude",
            ], "date": ["Exif.Image.ExifTag", "Exif.Photo.DateTimeOriginal"], "device": ["Exif.Image.Model"],
            "author": ["Exif.Image.Artist"], "copyright": ["Exif.Image.Copyright"],
        ]
        let folder = try TemporaryFolder()
        let name = "in." + way.file.split(separator: ".").last!
        try folder.write([UInt8](Data(contentsOf: Repository.file("Fixtures/" + way.file))), to: name)
        _ = try Run.program(
            "exiftool", ["-q", "-m", "-overwrite_original"] + way.arguments + [name], in: folder.path)
        func keys(_ options: [String]) throws -> Set<String> {
            _ = try scrubbed(name, options, in: folder)
            let run = try Run.program("exiv2", ["-PEXIk", "out-" + name], in: folder.path)
            return Set(run.text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) })
        }
        let bare = try keys([])
        for (options, says) in Self.policies {
            let known = says.keys.filter { way.knows.contains($0) || ($0 == "date" && way.knows.contains("day")) }
            #expect(try keys(options).subtracting(bare) == Set(known.flatMap { names[$0]! }).subtracting(bare))
        }
    }
}
