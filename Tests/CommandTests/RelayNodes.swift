import Foundation
import SecrTestSupport

/// Relays that share a database, a bucket and their keys.
final class RelayNodes: Sendable {
    let database: PostgreSQLServer
    let relays: [RelayProcess]
    private let folder: TemporaryFolder

    init(_ count: Int) throws {
        database = try PostgreSQLServer()
        let bucket = try MotoServer.shared.get()
        folder = try TemporaryFolder()
        try folder.write(
            Array(
                """
                [default]
                aws_access_key_id = \(bucket.accessKey)
                aws_secret_access_key = \(bucket.secretKey)

                """.utf8), to: "credentials")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.file("credentials").path)
        let options = [
            "--keys", folder.file("keys").path, "--database", database.address(), "--s3-endpoint", bucket.endpoint,
            "--s3-bucket", try bucket.makeBucket(), "--s3-credentials", folder.file("credentials").path,
        ]
        relays = try (0..<count).map { _ in try RelayProcess(options) }
    }
}
