/// How much of anything a parser accepts from outside. A hostile file may cost an error, never memory or time.
public struct Limits: Sendable {
    /// Named nodes in one document. Real JPEG files have fewer than a thousand.
    public var nodes = 32_768
    /// The same of one video, and its boxes. A second in fragments has about ten.
    public var videoNodes = 1 << 19
    /// Bytes of one part that is read to be kept, such as a PNG chunk.
    public var chunkBytes = 16 << 20
    /// Chunks of one coded PNG picture. Most programs write 8,192 bytes in each.
    public var imageChunks = 1 << 19
    /// Bytes of a PNG file's coded pictures that have to be packed anew, and of their lines.
    public var recodedBytes = 16 << 20
    public var recodedLineBytes = 1 << 30
    /// Bytes that a packed text becomes before it is cut off, to be shown; the same for all texts of a file.
    public var textBytes = 64 << 10
    public var allTextBytes = 1 << 20
    /// Values that are shown of one file.
    public var shownValues = 4_096
    /// Bytes that a decoder may allocate to sketch a picture, and passes over it.
    public var sketchBytes = 64 << 20
    public var sketchScans = 32
    /// The same to make a preview, and the pixels of the whole picture. Cameras have up to 200 million.
    public var previewBytes = 256 << 20
    public var previewScans = 32
    public var previewPixels = 1 << 29
    /// Bytes of all tables of one picture. Real files have a few thousand.
    public var tableBytes = 1 << 20
    /// Directories followed in one Exif block.
    public var exifDirectories = 16
    /// Entries read in one Exif directory.
    public var exifEntries = 1_024
    /// Tags in one ICC profile; lcms2 stops at 100.
    public var iccTags = 100
    /// Bytes of one ICC profile, as found and as written. The largest in use have about three million.
    public var iccBytes = 4 << 20
    /// Items of one HEIF file, its properties, and the places where parts of them lie. A grid has at most 65,536 tiles.
    public var items = 16_384
    public var itemExtents = 65_536
    /// Tracks of one video; samples of different sizes, chunks and edits of each. A day of sound has four million samples.
    public var tracks = 256
    public var samples = 1 << 24
    public var chunks = 1 << 20
    public var edits = 4_096
    /// Places in coded samples that are written over or left out (16 bytes of memory each), different bytes that are
    /// written there, and those of one part of a sample that is looked into. A day of video has two million pictures, an
    /// hour of DV four million such places, of few kinds.
    public var codedChanges = 1 << 24
    public var codedChangedBytes = 256 << 20
    public var codedPartBytes = 1 << 20
    /// Objects of one document, and bytes that one of its streams becomes when it is unpacked.
    public var documentObjects = 1 << 20
    public var documentStreams = 1 << 18
    public var unpackedBytes = 1 << 32
    /// Bytes of an attachment that is looked into.
    public var attachedBytes = 64 << 20
    /// Pictures, and videos, looked for behind the end of another.
    public var embeddedPictures = 64
    /// Bytes looked into at the heads of such pictures, over all of them.
    public var embeddedHeadBytes = 16 << 20
    /// Bytes of a picture that has to be held in memory as a whole, for a lossless rotation.
    public var wholePictureBytes = 256 << 20
    /// Bytes that a decoder may allocate, for a check by decoding or a rotation.
    public var decoderBytes = 1 << 30

    public init() {}
}
