import Foundation
import Synchronization

/// A real S3 server on this machine, which checks signatures. It ends with this object, and with the process in any
/// case, however that ends.
///
/// `Tests/SecrS3Tests/install_moto.sh .build/moto` installs it.
package final class MotoServer: Sendable {
    private struct Greeting: Decodable {
        var endpoint, accessKey, secretKey: String
    }

    private static let folder = Repository.file(".build/moto").path

    package static let isInstalled = FileManager.default.isExecutableFile(atPath: folder + "/bin/moto_server")
    /// Why tests are skipped.
    package static let advice = "moto is not installed; see Tests/SecrS3Tests/install_moto.sh"

    /// One for all tests, each of which makes a bucket of its own.
    package static let shared = Result { try MotoServer() }

    /// `http://127.0.0.1:PORT`; the region is `us-east-1`.
    package let endpoint: String
    package let accessKey: String
    package let secretKey: String

    /// The server ends when this is closed.
    private let input = Pipe()
    private let output = Pipe()
    private let turn = Mutex(())

    package init() throws {
        let process = Process()
        process.executableURL = URL(filePath: Self.folder + "/bin/python")
        process.arguments = ["-W", "ignore", Repository.file("Tests/SecrTestSupport/s3_server.py").path]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let greeting = try JSONDecoder().decode(Greeting.self, from: Self.line(from: output))
        (endpoint, accessKey, secretKey) = (greeting.endpoint, greeting.accessKey, greeting.secretKey)
    }

    deinit { try? input.fileHandleForWriting.close() }

    /// Makes a bucket that nobody else has, and returns its name.
    package func makeBucket() throws -> String {
        let name = "bucket-\(UUID().uuidString.lowercased())"
        try turn.withLock { _ in
            try input.fileHandleForWriting.write(contentsOf: Data((name + "\n").utf8))
            _ = try Self.line(from: output)
        }
        return name
    }

    private static func line(from pipe: Pipe) throws -> Data {
        var line = Data()
        while line.last != 0x0A {
            let piece = pipe.fileHandleForReading.availableData
            guard !piece.isEmpty else { throw CocoaError(.executableLoad) }
            line += piece
        }
        return line
    }
}
