//! The bounds of pictures. What operators may change is configured as `media.*`; these are its defaults and the rest.

/// The largest upload, in bytes, unless configured otherwise.
pub const UPLOAD_BYTES_DEFAULT: u64 = 10 * 1024 * 1024;

/// What one person's pictures may take altogether, in bytes, unless configured otherwise.
pub const QUOTA_BYTES_DEFAULT: u64 = 512 * 1024 * 1024;

/// How many pictures one person may have, unless configured otherwise.
pub const QUOTA_COUNT_DEFAULT: u32 = 5_000;

/// Pictures decoded at once, unless configured otherwise: each takes a process.
pub const DECODERS_DEFAULT: u32 = 2;

/// The most pixels of a picture that is decoded: 24 megapixels, what cameras make.
pub const PIXELS_MAX: u64 = 24_000_000;

/// The longest side of a picture that is decoded, in pixels.
pub const SIDE_MAX: u32 = 12_000;

/// The most frames of a picture, of which the first is shown.
pub const FRAMES_MAX: u32 = 300;

/// The address space of a process that decodes, in bytes: it can take no more memory than this.
pub const DECODER_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// What the decoder itself may set aside for a picture, in bytes.
pub const DECODER_ALLOC_BYTES_MAX: u64 = 320 * 1024 * 1024;

/// How long a process that decodes may compute, in seconds.
pub const DECODER_CPU_SECONDS_MAX: u64 = 15;

/// How long it may take altogether, in milliseconds; then it is killed.
pub const DECODER_MS_MAX: u64 = 30_000;

/// The most bytes that are made of a picture in all its sizes.
pub const MADE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// How long a picture taken to be decoded is nobody else's, in milliseconds: longer than decoding can take.
pub const LEASE_MS: u64 = 2 * DECODER_MS_MAX + 60_000;

/// How often a picture is taken to be decoded before it is given up.
pub const TRIES_MAX: u32 = 4;

/// How long an announced upload is waited for, in milliseconds.
pub const UPLOAD_MS_MAX: u64 = 15 * 60 * 1_000;

/// How long a picture that nobody shows is kept, in milliseconds: a day, for a post that is being written.
pub const UNUSED_KEPT_MS: u64 = 24 * 60 * 60 * 1_000;

/// How long what became of a refused upload can be read, in milliseconds: a week.
pub const REFUSED_KEPT_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// How long bytes in quarantine that no upload is known for are kept, in milliseconds: longer than an upload takes.
pub const STRAY_KEPT_MS: u64 = 60 * 60 * 1_000;

/// How long a link to a picture that is not public is good at least, in milliseconds.
pub const LINK_MS_MIN: u64 = 60 * 60 * 1_000;

/// How long the links to a person's pictures in their archive are good, in milliseconds: a week, to fetch them all.
pub const ARCHIVE_LINK_MS: u64 = 7 * 24 * 60 * 60 * 1_000;
