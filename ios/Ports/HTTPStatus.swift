import Foundation

/// An `https` address as one HTTP/1.1 request over a connection of the caller's, and the status of what comes back
/// (RFC 9112). Redirects are not followed, and bodies mean nothing here.
struct HTTPStatus {
    /// As much as a status line may take; more is no answer.
    static let longest = 1024

    let host: String
    let port: UInt16
    let request: Data

    /// `nil` where the address is no `https` one or could break out of its line.
    init?(url text: String) {
        guard let parts = URLComponents(string: text), parts.scheme?.lowercased() == "https", parts.user == nil,
            let host = parts.percentEncodedHost, !host.isEmpty, let port = UInt16(exactly: parts.port ?? 443)
        else { return nil }
        var target = parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath
        if let query = parts.percentEncodedQuery { target += "?" + query }
        let isClean = (host + target).utf8.allSatisfy { 0x21...0x7e ~= $0 }
        guard isClean else { return nil }
        self.host = host
        self.port = port
        let name = port == 443 ? host : "\(host):\(port)"
        request = Data("GET \(target) HTTP/1.1\r\nHost: \(name)\r\nAccept: */*\r\nConnection: close\r\n\r\n".utf8)
    }

    enum Read: Equatable {
        case more
        case status(UInt16)
        case malformed
    }

    /// What the bytes so far say.
    static func read(_ bytes: Data) -> Read {
        guard let end = bytes.firstIndex(of: 10) else { return bytes.count < longest ? .more : .malformed }
        let line = String(decoding: bytes[..<end], as: UTF8.self)
        let parts = line.trimmingCharacters(in: .newlines).split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, parts[0] == "HTTP/1.1" || parts[0] == "HTTP/1.0", parts[1].count == 3,
            let status = UInt16(parts[1]), 200...599 ~= status
        else { return .malformed }
        return .status(status)
    }
}
