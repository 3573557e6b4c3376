internal import SecrScrub
internal import SecrSystem
internal import SystemPackage

/// What somebody should know about a file beside its content.
enum FileWarnings {
    static func about(
        _ path: FilePath, format: FileFormat, status: FileStatus, sidecars: [FilePath], destination: Destination
    ) -> [String] {
        var warnings: [String] = []
        if let suffix = path.extension, !format.extensions.contains(suffix.lowercased()) {
            warnings.append("its name ends in '.\(suffix)', but it is a \(format.name)")
        }
        for sidecar in sidecars {
            warnings.append("'\(sidecar.string)' beside it may hold the same metadata")
        }
        if destination == .inPlace && status.links > 1 {
            warnings.append("it has \(status.links) names; under the others the original remains")
        }
        return warnings
    }
}
