internal import Glibc
internal import SecrBytes

/// The gain map parameters of Apple's phones: how many times brighter than white the picture becomes.
///
/// Files of later systems say so in the map's XMP. Those of earlier ones have two numbers in the maker's note of the
/// picture, from which it follows; it is then written as later systems do.
struct AppleGainMap: Sendable, Equatable {
    /// A decimal number, at least 1.
    private let headroom: String

    private static let namespace: StaticString = "http://ns.apple.com/HDRGainMap/1.0/"
    private static let auxiliaryNamespace: StaticString = "http://ns.apple.com/pixeldatainfo/1.0/"
    private static let auxiliaryType = "urn:com:apple:photo:2020:aux:hdrgainmap"
    /// More than any screen has; phones write less than 3.
    private static let mostStops = 10.0
    /// Of maps that give their headroom.
    private static let version = 131_072

    /// - Parameters:
    ///   - packet: of the map.
    ///   - base: the Exif block of the picture to which it belongs.
    init?(_ packet: [UInt8], base: ExifBlock?) {
        guard
            XMPProperties(packet, namespace: Self.auxiliaryNamespace)?.value("AuxiliaryImageType")
                == Self.auxiliaryType
        else { return nil }
        self.init(named: packet, base: base)
    }

    /// The same of a map of which the file says in another place that it is one.
    init?(named packet: [UInt8], base: ExifBlock?) {
        guard let properties = XMPProperties(packet, namespace: Self.namespace),
            properties.value("HDRGainMapVersion") != nil
        else { return nil }
        if let text = properties.value("HDRGainMapHeadroom") {
            guard let number = XMPNumber.normalized(text) else { return nil }
            headroom = number
        } else {
            guard let stops = base?.appleGainMapStops, stops <= Self.mostStops else { return nil }
            guard let number = XMPNumber.normalized("\(exp2(max(stops, 0)))") else { return nil }
            headroom = number
        }
    }

    var properties: GainMapParameters.Properties {
        GainMapParameters.Properties(
            namespaces: [
                ("apdi", Self.auxiliaryNamespace.description), ("HDRGainMap", Self.namespace.description),
            ], attributes: "",
            content: "<apdi:AuxiliaryImageType>\(Self.auxiliaryType)</apdi:AuxiliaryImageType>" + content)
    }

    /// The packet of a map of which the file says in another place that it is one.
    var packet: [UInt8] {
        XMPWriter.packet([("HDRGainMap", Self.namespace.description)], attributes: "", content: content)
    }

    private var content: String {
        """
        <HDRGainMap:HDRGainMapVersion>\(Self.version)</HDRGainMap:HDRGainMapVersion>\
        <HDRGainMap:HDRGainMapHeadroom>\(headroom)</HDRGainMap:HDRGainMapHeadroom>
        """
    }
}

extension ExifBlock {
    /// Photographic stops of headroom, as Apple derives them from two numbers of its maker's note
    /// (developer documentation, "Applying Apple HDR effect to your photos").
    fileprivate var appleGainMapStops: Double? {
        guard let note = AppleMakerNote(self), let headroom = note.rational(0x0021), let gain = note.rational(0x0030)
        else { return nil }
        if headroom < 1 { return gain <= 0.01 ? -20 * gain + 1.8 : -0.101 * gain + 1.601 }
        return gain <= 0.01 ? -70 * gain + 3 : -0.303 * gain + 2.303
    }
}
