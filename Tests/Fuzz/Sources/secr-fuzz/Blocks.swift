internal import SecrBytes
@testable internal import SecrScrub

/// The small limits of a part that is read by itself.
private let limits = Limits()

/// A colour profile: what is written in its place is in its normal form, and means the same.
func checkProfile(_ input: [UInt8]) -> Bool {
    _ = ICCTexts(input, limits: limits)
    try? ICCProfile.requireSound(input, limits: limits)
    guard let profile = try? EmbeddedProfile(input, limits: limits) else { return true }
    guard let written = try? EmbeddedProfile(profile.normalForm, limits: limits) else { fail("it can't be read again") }
    require(written.isNormal, "what is written is not in its normal form")
    require(profile.isKept(by: written), "colours change")
    require(written.isKept(by: written), "it differs from itself")
    require(written.description == profile.description, "it is called otherwise")
    return true
}

/// An Exif block from its TIFF header on: what is written anew says the same.
func checkExif(_ input: [UInt8]) -> Bool {
    guard let block = ExifBlock(input, limits: limits) else { return false }
    for entry in block.entries {
        require(entry.value.lowerBound >= 0 && entry.value.upperBound <= input.count, "a value outside of the block")
        _ = block.integer(entry)
        _ = block.ascii(entry)
        _ = block.rationals(entry)
    }
    _ = block.thumbnail.map { input[$0] }
    _ = AppleMakerNote(block)?.identifiers
    _ = AppleGainMap(named: [], base: block)
    let description = ExifDescription(block: block, payload: Array("Exif\0\0".utf8) + input)
    for finding in description.findings(origin: 0, action: .removed) {
        require(finding.range.lowerBound >= 0 && finding.range.upperBound <= input.count, "a finding outside")
    }
    let kept = MinimalExif(block)
    guard let tiff = kept.tiff else { return true }
    guard let written = ExifBlock(tiff, limits: limits) else { fail("what is written is no Exif block") }
    require(MinimalExif(written) == kept, "what is written says something else")
    require(MinimalExif(written).tiff == tiff, "it is written differently a second time")
    return true
}

/// A packet of XMP, or the binary block of a gain map: what is written anew says the same.
func checkPackets(_ input: [UInt8]) -> Bool {
    for value in XMPPacket.values(in: input) { require(input.indices.contains(value.offset), "a value outside") }
    _ = XMPPacket.mentionsGainMap(input)
    _ = AdobeGainMap.isAnnounced(in: input)
    if let iso = ISOGainMap(input) { require(ISOGainMap(iso.block) == iso, "a block of a gain map changes") }
    let text = String(decoding: input.prefix(200), as: UTF8.self)
    _ = XMLText.unescaped(text)
    require(XMLText.unescaped(XMLText.escaped(text)) == text, "a text changes")
    let (adobe, apple) = (AdobeGainMap(input), AppleGainMap(input, base: nil))
    guard let parameters = GainMapParameters(iso: nil, adobe: adobe, apple: apple), let packet = parameters.packet
    else { return true }
    let file = XMPWriter.wrapped(packet)
    let (adobeAgain, appleAgain) = (AdobeGainMap(file), AppleGainMap(file, base: nil))
    if let base = parameters.basePacket(length: input.count) {
        require(AdobeGainMap.isAnnounced(in: base) && XMPPacket.mentionsGainMap(base), "a map is not named")
    }
    require(adobeAgain == adobe && appleAgain == apple, "it changes: \(String(decoding: packet, as: UTF8.self))")
    return true
}

/// Photoshop's resources, with IPTC's records among them.
func checkResources(_ input: [UInt8]) -> Bool {
    for value in PhotoshopResources.values(inBlocks: input) + PhotoshopResources.values(in: input) {
        require(value.range.lowerBound >= 0 && value.range.upperBound <= input.count, "a value outside")
    }
    return true
}
