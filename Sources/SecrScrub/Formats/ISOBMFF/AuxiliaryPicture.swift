/// What auxiliary pictures are called.
enum AuxiliaryPicture {
    static let alpha: Set<String> = [
        "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", "urn:mpeg:hevc:2015:auxid:1", "urn:mpeg:avc:2015:auxid:1",
    ]
    static let appleGainMap = "urn:com:apple:photo:2020:aux:hdrgainmap"
    static let gainMap: Set<String> = [appleGainMap]

    static func name(_ type: String) -> String {
        let type = type.lowercased()
        let names = [
            ("depth", "depth map"), ("auxid:2", "depth map"), ("disparity", "depth map"),
            ("matte", "matte of a person"),
            ("gainmap", "gain map"), ("thermal", "thermal picture"),
        ]
        return names.first { type.contains($0.0) }?.1 ?? "auxiliary picture"
    }
}
