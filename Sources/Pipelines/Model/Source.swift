/// Where rows come from.
///
/// Texts may hold `${NAME}` and `${NAME:-default}`, resolved only where used.
public struct Source: Sendable, Hashable {
    /// Of which kind it is.
    public let kind: SourceKind
    /// Where it is: what the definition has below the key of its kind.
    public let place: String
    /// What its own keys say.
    private let settings: Settings

    /// What only sources of some kinds have.
    enum Settings: Sendable, Hashable {
        case none
        case files(allowsHardLinks: Bool)
        case s3(S3Place)
        case http(HTTPPlace)
    }

    init(_ kind: SourceKind, at place: String, _ settings: Settings = .none) {
        self.kind = kind
        self.place = place
        self.settings = settings
    }
}

// MARK: Kinds

extension Source {
    /// A folder of files; whether they may have other names elsewhere, where a process reads files below
    /// some folders only.
    public static func files(folder: String, allowsHardLinks: Bool = false) -> Self {
        Self(.files, at: folder, .files(allowsHardLinks: allowsHardLinks))
    }

    /// A Postgres database, by URL.
    public static func postgres(url: String) -> Self { Self(.postgres, at: url) }

    /// A MariaDB or MySQL database, by URL.
    public static func mysql(url: String) -> Self { Self(.mysql, at: url) }

    /// A MongoDB database, by URL.
    public static func mongo(url: String) -> Self { Self(.mongo, at: url) }

    /// Objects in S3.
    public static func s3(_ place: S3Place) -> Self { Self(.s3, at: place.url, .s3(place)) }

    /// An API that is asked over HTTP.
    public static func http(_ place: HTTPPlace) -> Self { Self(.http, at: place.url, .http(place)) }
}

// MARK: What their own keys say

extension Source {
    /// Whether files may have other names elsewhere.
    public var allowsHardLinks: Bool {
        if case .files(let allowed) = settings { allowed } else { false }
    }

    /// Where its objects lie, and as whom they are read.
    public var objects: S3Place {
        if case .s3(let place) = settings { place } else { S3Place(url: place) }
    }

    /// How it is asked.
    public var calls: HTTPPlace {
        if case .http(let place) = settings { place } else { HTTPPlace(url: place) }
    }

    /// All its texts in which `${…}` may stand.
    public var texts: [String] {
        switch settings {
        case .none, .files: [place]
        case .s3(let place): place.texts
        case .http(let place): [place.url] + place.authentication.texts
        }
    }
}
