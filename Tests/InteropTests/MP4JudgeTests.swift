import Foundation
import SecrTestSupport
import Testing

/// What ffmpeg says of the outputs: the same packets and the same pictures and sound at the same times.
@Suite(.enabled(if: Run.isInstalled("ffmpeg"))) struct MP4JudgeTests {
    /// Sequences in HEIF files among them, but for one with a track that goes.
    static let played =
        Fixture.mp4.filter { $0.ffmpeg == true }
        + Fixture.heif.filter { $0.file.hasPrefix("sequence") && $0.file != "sequence-depth.heic" }

    @Test(arguments: played) func ffmpegPlaysTheSame(fixture: Fixture) throws {
        let folder = try TemporaryFolder()
        let (file, output) = ("in.\(fixture.pathExtension)", "out.\(fixture.pathExtension)")
        try folder.write(fixture.bytes, to: file)
        let run = try Run.scrub(["-q", "-o", output, file], in: folder.path)
        #expect(run.status == 0, "\(run.errors)")
        // Where something inside samples is written over, packets have the same times and sizes, and other bytes.
        let isWrittenOver = fixture.tracks?.contains { $0.strictSamples != nil } == true
        for arguments in [["-f", "framemd5"], ["-c", "copy", "-f", "framehash"]] {
            let columns = isWrittenOver && arguments.contains("copy") ? 1 : 0
            let frames = try [file, output].map { side in
                let maps = ["-map", "0:V?", "-map", "0:a?"]
                let run = try Run.program(
                    "ffmpeg", ["-v", "quiet", "-i", side] + maps + arguments + ["-"], in: folder.path)
                let lines = run.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
                return lines.map { $0.split(separator: ",").dropLast(columns) }
            }
            #expect(!frames[0].isEmpty && frames[0] == frames[1], "\(arguments)")
        }
    }

    /// But for a stream whose times were those of a clock.
    static let unmoved = Fixture.mp4.filter { $0.ffmpeg == true && $0.file != "fragments-epoch.mp4" }

    @Test(.enabled(if: Run.isInstalled("ffprobe")), arguments: unmoved)
    func ffprobeSeesTheSameStreams(fixture: Fixture) throws {
        let folder = try TemporaryFolder()
        let (file, output) = ("in.\(fixture.pathExtension)", "out.\(fixture.pathExtension)")
        try folder.write(fixture.bytes, to: file)
        #expect(try Run.scrub(["-q", "-o", output, file], in: folder.path).status == 0)
        let fields =
            "codec_name,width,height,sample_aspect_ratio,display_aspect_ratio,color_space,color_transfer,"
            + "color_primaries,field_order,sample_rate,channels,time_base,start_pts,duration_ts:stream_side_data"
        for kind in ["V", "a"] {
            let seen = try [file, output].map { side in
                try Run.program(
                    "ffprobe", ["-v", "quiet", "-select_streams", kind, "-show_entries", "stream=" + fields, side],
                    in: folder.path
                ).text
            }
            #expect(seen[0] == seen[1])
        }
    }

    /// Tags that say how to play a video, and nothing else.
    static let structural = Set(
        """
        MajorBrand MinorVersion CompatibleBrands MediaData MediaDataSize MediaDataOffset MovieHeaderVersion TimeScale
        Duration PreferredRate PreferredVolume PreviewTime PreviewDuration PosterTime SelectionTime SelectionDuration
        CurrentTime NextTrackID MatrixStructure TrackHeaderVersion TrackID TrackDuration TrackLayer TrackVolume
        ImageWidth ImageHeight MediaHeaderVersion MediaTimeScale MediaDuration MediaLanguageCode HandlerType
        SampleToChunk SampleSizes ChunkOffset TimeToSampleTable SyncSampleTable CompositionTimeToSample
        CompositionToDecodeTimelineMapping IdependentAndDisposableSamples SampleToGroup SampleGroupDescription
        GraphicsMode OpColor Balance NullMediaHeader CompressorID SourceImageWidth SourceImageHeight XResolution
        YResolution BitDepth VideoFrameRate AVCConfiguration ColorProfiles ColorPrimaries TransferCharacteristics
        MatrixCoefficients PixelAspectRatio CleanApertureWidth CleanApertureHeight CleanApertureOffsetX
        CleanApertureOffsetY CleanApertureDimensions ProductionApertureDimensions EncodedPixelsDimensions Gamma
        VideoFieldOrder BufferSize MaxBitrate AverageBitrate Stereoscopic3D AudioFormat AudioChannels
        AudioBitsPerSample AudioSampleRate Endianness PurchaseFileFormat EncoderVendor EncoderVersion OtherFormat Text
        SampleTime SampleDuration HandlerVendorID iTunSMPB ExifToolVersion MovieFragmentSequence
        Spherical Stitched StitchingSoftware ProjectionType InitialViewHeadingDegrees
        """.split(whereSeparator: \.isWhitespace).map(String.init))

    @Test(.enabled(if: Run.isInstalled("exiftool"))) func exiftoolSeesNothingLeft() throws {
        let folder = try TemporaryFolder()
        let fixtures = Fixture.mp4 + Fixture.heif.filter { $0.file.hasPrefix("sequence") }
        for fixture in fixtures { try folder.write(fixture.bytes, to: "in/" + fixture.file) }
        // Some of them are protected.
        #expect(try Run.scrub(["-q", "-r", "--output-dir", "out", "in"], in: folder.path).status == 3)
        let json = try Run.program(
            "exiftool", ["-j", "-G1", "-a", "-u", "-U", "-ee3", "-r", "out"], in: folder.path)
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(json.output)) as? [[String: Any]])
        #expect(rows.count == fixtures.count)
        let structural = Self.structural.union(JudgeTests.structural)
        for row in rows {
            for (name, value) in row where name.contains(":") {
                let parts = name.split(separator: ":").map(String.init)
                if ["System", "File", "Composite"].contains(parts[0]) || parts[1].contains("Unknown_") { continue }
                if parts[1].hasSuffix("Date") {
                    #expect("\(value)".hasPrefix("0000:00:00"), "\(row["SourceFile"] ?? ""): \(name) = \(value)")
                } else if !parts[1].hasPrefix("QuickTime_") {
                    #expect(structural.contains(parts[1]), "\(row["SourceFile"] ?? ""): \(name) = \(value)")
                }
            }
        }
    }
}
