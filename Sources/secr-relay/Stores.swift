import SecrCLI
import SecrHTTP
import SecrRelay
import SecrS3
import SecrSystem
import SystemPackage

/// Where a relay keeps boxes and blobs, as the command line says.
struct Stores: Sendable {
    /// `nil` for a database in the data folder.
    private let database: String?
    /// `nil` for files in the data folder.
    private let bucket: S3Configuration?
    private let credentials: FilePath?

    /// Whether there is room where things are in the data folder.
    func room(in folder: RelayFolder) -> Relay.Room {
        let disk = FileSystemRoom(folder.path)
        var room = Relay.Room()
        if database == nil { room.forBoxes = { disk.isLeft } }
        if bucket == nil { room.forBlobs = { disk.isLeft } }
        return room
    }

    static let options: [Option] = [.database, .s3Endpoint, .s3Bucket, .s3Region, .s3Credentials]

    init(_ arguments: Arguments) throws(UsageError) {
        database = try Self.database(arguments)
        credentials = try arguments.path(.s3Credentials)
        switch (try arguments.text(.s3Endpoint), try arguments.text(.s3Bucket)) {
        case (nil, nil):
            if credentials != nil { throw UsageError("--s3-credentials is for --s3-bucket") }
            bucket = nil
        case (let endpoint?, let name?):
            let region = try arguments.text(.s3Region) ?? "us-east-1"
            bucket = S3Configuration(endpoint: endpoint, region: region, bucket: name)
        default: throw UsageError("--s3-endpoint and --s3-bucket go together")
        }
    }

    /// - Throws: where it holds a password, which everybody on the machine could see.
    static func database(_ arguments: Arguments) throws(UsageError) -> String? {
        guard let text = try arguments.text(.database) else { return nil }
        let authority = text.contains("://") ? text.split(separator: "/").dropFirst().first ?? "" : ""
        let user = authority.split(separator: "@", omittingEmptySubsequences: false).dropLast().joined()
        if user.contains(":") || text.contains("password") {
            throw UsageError(
                "--database holds a password, which everybody on this machine can see",
                hint: "libpq takes it from ~/.pgpass, a file that PGPASSFILE names, or a service file")
        }
        return text
    }

    func boxes(in folder: RelayFolder) async throws -> any BoxStore {
        guard let database else { return try SQLiteBoxStore(folder.boxes) }
        return try await PostgreSQLBoxStore(connection: database)
    }

    func blobs(in folder: RelayFolder) throws -> any BlobStore {
        guard let bucket else { return try FolderBlobStore(folder.blobs) }
        let client: S3Client
        if let credentials {
            client = try S3Client(bucket, credentials: S3Credentials(file: credentials), http: HTTPClient())
        } else {
            client = try S3Client(bucket, credentials: S3Credentials(environment: Environment.all), http: HTTPClient())
        }
        return S3BlobStore(client)
    }
}

extension Option {
    static let database = Option(
        "database", value: .text("CONNECTION"),
        help: "Keep boxes in PostgreSQL; a connection string of libpq, without a password.")
    static let s3Endpoint = Option("s3-endpoint", value: .text("URL"), help: "Keep blobs in S3; where it is.")
    static let s3Bucket = Option("s3-bucket", value: .text("NAME"), help: "The bucket of its own that they go to.")
    static let s3Region = Option("s3-region", value: .text("NAME"), help: "Its region. (default: us-east-1)")
    static let s3Credentials = Option(
        "s3-credentials", value: .file(),
        help: "A file as ~/.aws/credentials; without it AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY count.")
}
